# shellcheck shell=bash
setup() {
  unified_with hugetlb
  [ -d /sys/kernel/mm/hugepages/hugepages-2048kB ] || skip 'this machine has no pages of 2 MiB'
}
