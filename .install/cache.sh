# shellcheck shell=bash
# Sourced by what tests fetch or make once: where it is kept, outside the repository, so that every clone finds it.

cache_folder() { echo "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/railcar"; }
