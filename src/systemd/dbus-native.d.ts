/** The two files of dbus-native that are used: what makes and reads messages. Its connections are not; the launcher has them. */
declare module 'dbus-native/lib/message.js' {
  export interface Message {
    readonly serial: number;
    readonly type?: number;
    readonly destination?: string;
    readonly path?: string;
    readonly interface?: string;
    readonly member?: string;
    readonly signature?: string;
    readonly body?: readonly unknown[];
  }
  export function marshall(message: Message): Uint8Array;
  export function unmarshall(bytes: Uint8Array, options?: object): Message;
}

declare module 'dbus-native/lib/values.js' {
  export class Variant {
    constructor(signature: string, value: unknown);
    readonly signature: string;
    readonly value: unknown;
  }
}
