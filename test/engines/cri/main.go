// Command cri speaks the Container Runtime Interface for the tests, as the kubelet does: one command, one call. It reads the
// messages of that interface as JSON with their own names, and prints the answers so. Commands that run something in a
// container exit with its status; a failure of the call itself is 125.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const usage = `Usage: CRI_SOCKET=PATH cri COMMAND ARGUMENT...

  runp HANDLER POD.json               make and start a pod with a runtime handler; prints its id
  stopp POD; rmp POD                  end it; remove it
  inspectp POD; statsp POD; pods      what there is, as JSON
  create POD CONTAINER.json POD.json  prints the container's id
  start ID; stop ID SECONDS; rm ID; update ID RESOURCES.json
  inspect ID; stats ID; containers
  logs ID                             its log file, without the framing
  probe ID SECONDS WORD...            ExecSync, as exec probes do
  exec ID WORD...                     Exec, streamed; -i gives standard input, -t COLUMNSxROWS a terminal
  attach ID                           likewise
  port-forward POD LOCAL:REMOTE       until it is killed
  status
`

// client is the connection that a command makes its call on.
type client struct {
	cri.RuntimeServiceClient
	context.Context
}

var commands = map[string]struct {
	arguments int // the least
	run       func(client, []string) error
}{
	"runp": {2, runPod}, "stopp": {1, stopPod}, "rmp": {1, removePod}, "inspectp": {1, inspectPod}, "statsp": {1, podStats},
	"pods": {0, listPods}, "create": {3, createContainer}, "start": {1, startContainer}, "stop": {2, stopContainer},
	"rm": {1, removeContainer}, "update": {2, updateContainer}, "inspect": {1, inspectContainer}, "stats": {1, containerStats},
	"containers": {0, listContainers}, "logs": {1, printLogs}, "probe": {3, probe}, "exec": {2, execute}, "attach": {1, attach},
	"port-forward": {2, forward}, "status": {0, status},
}

func main() {
	words := os.Args[1:]
	if len(words) == 0 {
		fail(125, usage)
	}
	command, known := commands[words[0]]
	if !known || len(words)-1 < command.arguments {
		fail(125, usage)
	}
	connection, err := grpc.NewClient("unix://"+os.Getenv("CRI_SOCKET"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		fail(125, err)
	}
	ctx := context.Background()
	// Streams last as long as they last.
	if !slices.Contains([]string{"exec", "attach", "port-forward"}, words[0]) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
	}
	if err := command.run(client{cri.NewRuntimeServiceClient(connection), ctx}, words[1:]); err != nil {
		if code, exited := exitStatus(err); exited {
			os.Exit(code)
		}
		fail(125, err)
	}
}

func fail(code int, what any) {
	fmt.Fprintf(os.Stderr, "cri: %v\n", what)
	os.Exit(code)
}

// read fills a message from a file, or from standard input for "-"; what the message does not know is an error.
func read(path string, message proto.Message) error {
	var content []byte
	var err error
	if path == "-" {
		content, err = io.ReadAll(os.Stdin)
	} else {
		content, err = os.ReadFile(path)
	}
	if err != nil {
		return err
	}
	if err := protojson.Unmarshal(content, message); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// show prints a message with all its members, also those that are zero.
func show(message proto.Message, err error) error {
	if err != nil {
		return err
	}
	fmt.Println(protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true, Multiline: true}.Format(message))
	return nil
}

func status(c client, _ []string) error {
	return show(c.Status(c, &cri.StatusRequest{}))
}
