import { RailcarError } from '../../errors.ts';

/** As for cosign: of COSIGN_PASSWORD, which may be empty, or of whoever sits at the terminal. */
export async function keyPassword(question = 'Password of the private key: '): Promise<string> {
  const { COSIGN_PASSWORD: given } = process.env;
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) {
    throw new RailcarError(
      'key-invalid',
      'cannot ask for the password of the private key: there is no terminal',
      {
        hint: 'Put it into the variable COSIGN_PASSWORD.',
      },
    );
  }
  return readUnseen(process.stdin, question);
}

/** A line, of which nothing is shown: the terminal is silent before anybody is asked. */
function readUnseen(terminal: NodeJS.ReadStream, question: string): Promise<string> {
  terminal.setRawMode(true);
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (outcome: () => void) => {
      terminal.off('data', take).setRawMode(false).pause();
      process.stderr.write('\n');
      outcome();
    };
    const take = (typed: string) => {
      for (const letter of typed) {
        if (letter === '\r' || letter === '\n') return end(() => resolve(text));
        if (letter === '\u0003' || letter === '\u0004') {
          return end(() => reject(new RailcarError('usage', 'no password was typed')));
        }
        text = letter === '\u007f' || letter === '\b' ? text.slice(0, -1) : text + letter;
      }
    };
    terminal.setEncoding('utf8').on('data', take).resume();
  });
}
