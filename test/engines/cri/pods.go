package main

import (
	"fmt"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

func runPod(c client, words []string) error {
	config := &cri.PodSandboxConfig{}
	if err := read(words[1], config); err != nil {
		return err
	}
	answer, err := c.RunPodSandbox(c, &cri.RunPodSandboxRequest{Config: config, RuntimeHandler: words[0]})
	if err == nil {
		fmt.Println(answer.PodSandboxId)
	}
	return err
}

func stopPod(c client, words []string) error {
	_, err := c.StopPodSandbox(c, &cri.StopPodSandboxRequest{PodSandboxId: words[0]})
	return err
}

func removePod(c client, words []string) error {
	_, err := c.RemovePodSandbox(c, &cri.RemovePodSandboxRequest{PodSandboxId: words[0]})
	return err
}

func inspectPod(c client, words []string) error {
	return show(c.PodSandboxStatus(c, &cri.PodSandboxStatusRequest{PodSandboxId: words[0], Verbose: true}))
}

func podStats(c client, words []string) error {
	return show(c.PodSandboxStats(c, &cri.PodSandboxStatsRequest{PodSandboxId: words[0]}))
}

func listPods(c client, _ []string) error {
	return show(c.ListPodSandbox(c, &cri.ListPodSandboxRequest{}))
}
