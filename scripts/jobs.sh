#!/bin/bash
# Prints how many compilers may run at once: one a core, and 2.5 GB each, which a file with LibTorch's headers takes.
set -euo pipefail
cores=$(nproc)
available_kb=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
by_memory=$((${available_kb:-2500000} / 2500000))
jobs=$((by_memory < cores ? by_memory : cores))
echo $((jobs < 1 ? 1 : jobs))
