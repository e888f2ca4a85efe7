#!/usr/bin/env bash
# Two ranks on two network namespaces, joined by a cable that carries so much: two-hosts.sh RATE [MODEL BATCH SECONDS]. Needs root, ip, tc and Open MPI.
# Prints images a second, ms a step, bytes that rank 0 sent a step, ms that the group was at work and that a rank stood still for it, the share that was hidden.
set -euo pipefail
rate=${1:?expected the rate of the cable, such as 1gbit}
shift
[ $# = 3 ] || set -- resnet20-cifar 128 8
program=$(cd "$(dirname "$0")" && pwd)/bin/Release/net10.0/Fovea.Bench.Ranks
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TERM=dumb
agent=$(mktemp)
trap 'ip netns del ranks-a 2> /dev/null; ip netns del ranks-b 2> /dev/null; rm -f "$agent"' EXIT
for host in ranks-a ranks-b; do
  ip netns add $host
  ip -n $host link set lo up
done
ip link add cable netns ranks-a type veth peer name cable netns ranks-b
ip -n ranks-a addr add 10.78.0.1/24 dev cable
ip -n ranks-b addr add 10.78.0.2/24 dev cable
for host in ranks-a ranks-b; do
  ip -n $host link set cable up
  tc -n $host qdisc add dev cable root tbf rate "$rate" burst 256kb latency 50ms
done
printf '#!/bin/sh\nshift\nexec ip netns exec ranks-b unshare --uts sh -c "hostname ranks-b; $*"\n' > "$agent"
chmod +x "$agent"

# Each rank on a core of its own, as on a machine of its own.
ip netns exec ranks-a unshare --uts sh -c "hostname ranks-a; exec mpirun --host 10.78.0.1,10.78.0.2 --mca plm_rsh_agent $agent --mca btl tcp,self --bind-to none -n 2 \
  sh -c 'exec taskset -c \$OMPI_COMM_WORLD_RANK $program $*'"
