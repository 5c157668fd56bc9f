# shellcheck shell=bash
# The environment of native code, for every JVM that trains. Sourced before that JVM starts, since the libraries read it
# as they load: by bin/filigree, by a standalone worker (whose executors inherit it, so each machine decides for its own
# CPU) and by a container's entry point. What is set already stays. Threads are not set here; the engine sets them.

filigree_root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
filigree_app=$filigree_root/trainer-job/target/app

# OpenMP's threads must not spin while OpenBLAS computes, nor OpenBLAS's (2^4 cycles) while OpenMP does: 245 tokens/s
# become 980. The tokenizers would call home without the third.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY-passive}
export OPENBLAS_THREAD_TIMEOUT=${OPENBLAS_THREAD_TIMEOUT-4}
export OPT_OUT_TRACKING=${OPT_OUT_TRACKING-true}

# The kernels that OpenBLAS would take for this CPU, remembered beside the jars for as long as CPU and jars are the same.
filigree_openblas_core() {
  local memory=$filigree_app/openblas-core java=${JAVA_HOME:+$JAVA_HOME/bin/}java key core jar
  key=$(grep -m 2 -E '^(model name|flags)' /proc/cpuinfo | cksum)
  for jar in "$filigree_app"/jars/openblas-*.jar; do
    key+=" ${jar##*/}"
  done
  if [ -r "$memory" ] && [ "$(head -n 1 "$memory")" = "$key" ]; then
    tail -n 1 "$memory"
    return
  fi
  core=$(OPENBLAS_VERBOSE=2 "$java" -Xmx128m -cp "$filigree_app/jars/*" org.filigree.engine.libtorch.OpenBlasProbe 2>&1 |
    sed -n 's/^Core: *//p') || core=
  core=${core%%$'\n'*}
  if [ -n "$core" ]; then
    printf '%s\n%s\n' "$key" "$core" 2>/dev/null >"$memory.$$" && mv -f "$memory.$$" "$memory" || true
    echo "$core"
  fi
}

# Some CPUs with AVX-512 are taken for a Haswell, at half the speed. OpenBLAS checks nothing that it is told, and a lesser
# CPU would die of SIGILL, so: only where the CPU has all that the kernels use and OpenBLAS itself chose less.
if [ -z "${OPENBLAS_CORETYPE+given}" ] && [ -r /proc/cpuinfo ]; then
  filigree_flags=" $(grep -m 1 '^flags' /proc/cpuinfo | cut -d : -f 2) "
  if [[ $filigree_flags == *' avx512f '* && $filigree_flags == *' avx512bw '* &&
    $filigree_flags == *' avx512dq '* && $filigree_flags == *' avx512vl '* ]]; then
    case $(filigree_openblas_core) in
      '' | SkylakeX | Cooperlake | Sapphirerapids | SapphireRapids) ;;
      *) export OPENBLAS_CORETYPE=SKYLAKEX ;;
    esac
  fi
fi
