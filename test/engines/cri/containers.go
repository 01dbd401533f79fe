package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func createContainer(c client, words []string) error {
	request := &cri.CreateContainerRequest{
		PodSandboxId: words[0], Config: &cri.ContainerConfig{}, SandboxConfig: &cri.PodSandboxConfig{},
	}
	if err := read(words[1], request.Config); err != nil {
		return err
	}
	if err := read(words[2], request.SandboxConfig); err != nil {
		return err
	}
	answer, err := c.CreateContainer(c, request)
	if err == nil {
		fmt.Println(answer.ContainerId)
	}
	return err
}

func startContainer(c client, words []string) error {
	_, err := c.StartContainer(c, &cri.StartContainerRequest{ContainerId: words[0]})
	return err
}

func stopContainer(c client, words []string) error {
	seconds, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	_, err = c.StopContainer(c, &cri.StopContainerRequest{ContainerId: words[0], Timeout: seconds})
	return err
}

func removeContainer(c client, words []string) error {
	_, err := c.RemoveContainer(c, &cri.RemoveContainerRequest{ContainerId: words[0]})
	return err
}

func updateContainer(c client, words []string) error {
	resources := &cri.LinuxContainerResources{}
	if err := read(words[1], resources); err != nil {
		return err
	}
	_, err := c.UpdateContainerResources(c, &cri.UpdateContainerResourcesRequest{ContainerId: words[0], Linux: resources})
	return err
}

func inspectContainer(c client, words []string) error {
	return show(c.ContainerStatus(c, &cri.ContainerStatusRequest{ContainerId: words[0], Verbose: true}))
}

func containerStats(c client, words []string) error {
	return show(c.ContainerStats(c, &cri.ContainerStatsRequest{ContainerId: words[0]}))
}

func listContainers(c client, _ []string) error {
	return show(c.ListContainers(c, &cri.ListContainersRequest{}))
}

// printLogs undoes what the interface lays down for log files: time, stream, F for a full line or P for a part of one, and
// the text.
func printLogs(c client, words []string) error {
	answer, err := c.ContainerStatus(c, &cri.ContainerStatusRequest{ContainerId: words[0]})
	if err != nil {
		return err
	}
	file, err := os.Open(answer.Status.LogPath)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		part := strings.SplitN(lines.Text(), " ", 4)
		if len(part) != 4 {
			return fmt.Errorf("%s: no line of a log: %q", answer.Status.LogPath, lines.Text())
		}
		stream := os.Stdout
		if part[1] == "stderr" {
			stream = os.Stderr
		}
		end := "\n"
		if part[2] == "P" {
			end = ""
		}
		fmt.Fprint(stream, part[3], end)
	}
	return lines.Err()
}
