module railcar/test/engines/crio-daemon

go 1.26.2

require github.com/cri-o/cri-o v1.34.0
