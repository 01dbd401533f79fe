package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/client-go/util/exec"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// exitStatus of what ran in the container, if that is what the error tells.
func exitStatus(err error) (int, bool) {
	var exited exec.CodeExitError
	if errors.As(err, &exited) {
		return exited.Code, true
	}
	return 0, false
}

func probe(c client, words []string) error {
	seconds, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	answer, err := c.ExecSync(c, &cri.ExecSyncRequest{ContainerId: words[0], Timeout: seconds, Cmd: words[2:]})
	if err != nil {
		return err
	}
	os.Stdout.Write(answer.Stdout)
	os.Stderr.Write(answer.Stderr)
	if answer.ExitCode != 0 {
		return exec.CodeExitError{Err: errors.New("it failed"), Code: int(answer.ExitCode)}
	}
	return nil
}

func execute(c client, words []string) error {
	ends, words, err := streamEnds(words)
	if err != nil {
		return err
	}
	answer, err := c.Exec(c, &cri.ExecRequest{ContainerId: words[0], Cmd: words[1:], Tty: ends.Tty, Stdin: ends.Stdin != nil,
		Stdout: true, Stderr: !ends.Tty})
	if err != nil {
		return err
	}
	return stream(c, answer.Url, ends)
}

func attach(c client, words []string) error {
	ends, words, err := streamEnds(words)
	if err != nil {
		return err
	}
	answer, err := c.Attach(c, &cri.AttachRequest{ContainerId: words[0], Tty: ends.Tty, Stdin: ends.Stdin != nil, Stdout: true,
		Stderr: !ends.Tty})
	if err != nil {
		return err
	}
	return stream(c, answer.Url, ends)
}

// streamEnds takes the options before the first word that is none.
func streamEnds(words []string) (remotecommand.StreamOptions, []string, error) {
	ends := remotecommand.StreamOptions{Stdout: os.Stdout, Stderr: os.Stderr}
	for len(words) > 1 {
		switch words[0] {
		case "-i":
			ends.Stdin = os.Stdin
			words = words[1:]
		case "-t":
			size := make(oneSize, 1)
			var first remotecommand.TerminalSize
			if _, err := fmt.Sscanf(words[1], "%dx%d", &first.Width, &first.Height); err != nil {
				return ends, nil, fmt.Errorf("no size of a terminal: %q", words[1])
			}
			size <- first
			ends.Tty, ends.Stderr, ends.TerminalSizeQueue = true, nil, size
			words = words[2:]
		default:
			return ends, words, nil
		}
	}
	return ends, words, nil
}

// oneSize is a terminal that is never resized after the first time.
type oneSize chan remotecommand.TerminalSize

func (size oneSize) Next() *remotecommand.TerminalSize {
	next := <-size
	return &next
}

func stream(c client, address string, ends remotecommand.StreamOptions) error {
	place, err := url.Parse(address)
	if err != nil {
		return err
	}
	executor, err := remotecommand.NewSPDYExecutor(&rest.Config{}, http.MethodPost, place)
	if err != nil {
		return err
	}
	return executor.StreamWithContext(c, ends)
}

func forward(c client, words []string) error {
	answer, err := c.PortForward(c, &cri.PortForwardRequest{PodSandboxId: words[0]})
	if err != nil {
		return err
	}
	place, err := url.Parse(answer.Url)
	if err != nil {
		return err
	}
	transport, upgrader, err := spdy.RoundTripperFor(&rest.Config{})
	if err != nil {
		return err
	}
	dialer := spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, place)
	forwarder, err := portforward.New(dialer, words[1:], nil, make(chan struct{}), os.Stdout, os.Stderr)
	if err != nil {
		return err
	}
	return forwarder.ForwardPorts()
}
