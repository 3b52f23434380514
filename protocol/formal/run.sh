#!/usr/bin/env bash
# Runs the models of LK1 and holds every result against the EXPECT lines in the models' heads.
#
#   ./run.sh                      everything at its usual bounds
#   ./run.sh --larger             besides, what the LARGER lines ask for (minutes)
#   ./run.sh --trails             besides, writes the steps of each attack that Spin finds to trails/
#   ./run.sh journal pass-order   only these models
#   ./run.sh journal:NO_HASH      only the lines with this text
#
# PROVERIF, SPIN and CC name the tools where they are not in PATH. What is not installed is skipped, with a sentence.
# RUN_SECONDS_MAX ends one run (1800). Exit 1 if anything is not as expected.
set -u
here=$(cd "$(dirname "$0")" && pwd)
proverif=${PROVERIF:-proverif} spin=${SPIN:-spin} cc=${CC:-gcc} seconds_max=${RUN_SECONDS_MAX:-1800}
lines='EXPECT' trails= wanted=()
for argument; do
  case $argument in
    --larger) lines='(EXPECT|LARGER)' ;;
    --trails) trails=$here/trails ;;
    *) wanted+=("$argument") ;;
  esac
done
[ ${#wanted[@]} -gt 0 ] || wanted=(pair-open resume pass-order journal link roster clock delivery)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
runs=0 wrong=0 skipped=0

# tell VERDICT MODEL VARIANT SECONDS DETAIL
tell() {
  printf '%-5s %-11s %-34s %4ss  %s\n' "$1" "$2" "$3" "$4" "$5"
  runs=$((runs + 1))
  [ "$1" = ok ] || wrong=$((wrong + 1))
}

# The EXPECT lines of FILE that have TEXT, without their first word.
expectations() {
  grep -E "^$lines " "$1" | sed -E 's/^[A-Z]+ +//' | grep -F -- "$2"
}

# ---- Spin ----

# has_switch MODEL -DNAME[=VALUE]: a misspelt switch would prove nothing.
has_switch() {
  local name=${2#-D}
  grep -vE '^(EXPECT|LARGER)' "$here/$1.pml" | grep -qw -- "${name%%=*}"
}

# spin_run MODEL WANT FLAGS…: one variant, its checker's words in $work/out
spin_run() {
  local model=$1 want=$2 how='-DSAFETY' search='-m1000000' speed=-O1
  shift 2
  if grep -q '^ltl ' "$here/$model.pml"; then
    how='-DNFAIR=3' search='-a -f -m1000000'
  elif [ "$want" = FAIL ]; then
    speed=-O0 # it is found long before a compiler has optimised
    [ -z "$trails" ] || how='-DSAFETY -DBFS' # the shortest way to it
  fi
  (
    cd "$work" && rm -f pan* ./*.trail && cp "$here/$model.pml" . && "$spin" "$@" -a "$model.pml" &&
      "$cc" $speed -w -DCOLLAPSE $how -o pan pan.c && timeout "$seconds_max" ./pan $search -w24
  ) > "$work/out" 2>&1
}

spin_model() {
  local model=$1 text=$2 line want flags flag began took errors states
  while IFS= read -r line; do
    want=${line%% *}
    flags=$(grep -oE -- '-D[A-Z_0-9]+(=[0-9]+)?' <<< "$line" | tr '\n' ' ')
    for flag in $flags; do
      has_switch "$model" "$flag" || { tell WRONG "$model" "$flags" 0 "there is no switch $flag"; continue 2; }
    done
    began=$SECONDS
    spin_run "$model" "$want" $flags
    took=$((SECONDS - began))
    errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$work/out")
    states=$(sed -n 's/ *\([0-9.e+]*\) states, stored.*/\1/p' "$work/out")
    grep -q 'max search depth too small\|out of memory\|Search not completed' "$work/out" && [ "$want" = PASS ] && errors=incomplete
    case $want:$errors in
      PASS:0)
        tell ok "$model" "${flags:-as it is}" "$took" "holds in $states states"
        unreached "$model" "$flags" ;;
      FAIL:[1-9]*)
        grep -q 'assertion violated\|acceptance cycle' "$work/out" || { tell WRONG "$model" "$flags" "$took" 'fails, but not as it should'; continue; }
        tell ok "$model" "$flags" "$took" "found: $(sed -n 's/^pan:1: \(.*\) (at depth.*/\1/p' "$work/out" | cut -c1-70)"
        [ -z "$trails" ] || write_trail "$model" $flags ;;
      *)
        tell WRONG "$model" "${flags:-as it is}" "$took" "wanted $want, errors: ${errors:-none reported}"
        tail -3 "$work/out" ;;
    esac
  done < <(expectations "$here/$model.pml" "$text")
}

# Lines that no state has reached, when the model as it is has been searched: each wants an explanation (UNREACHED in its head).
unreached() {
  local line
  [ -z "$2" ] || return 0
  grep -oE "$1.pml:[0-9]+, state [0-9]+, .*" "$work/out" | grep -v -- '-end-' | grep -oE '^[^,]*' | sort -u -t: -k2n | while read -r line; do
    local number=${line##*:}
    sed -n "${number}p" "$here/$1.pml" | grep -q 'UNREACHED' || printf '      unreached in part: line %s\n' "$number"
  done
}

write_trail() {
  local model=$1
  shift
  mkdir -p "$trails"
  (cd "$work" && "$spin" "$@" -t "$model.pml") 2> /dev/null | sed -n 's/^ *STEP //p' > "$trails/$model$(tr -d ' ' <<< "$*").txt"
  [ -s "$trails/$model$(tr -d ' ' <<< "$*").txt" ] || rm -f "$trails/$model$(tr -d ' ' <<< "$*").txt"
}

# ---- ProVerif ----

# make_variant MODEL NAME[,NAME…]: a line that ends in (*-NAME*) goes, the text of (*+NAME …*) comes.
make_variant() {
  local name
  cp "$here/$1.pv" "$work/model.pv"
  [ "$2" != base ] || return 0
  for name in ${2//,/ }; do
    grep -q "([*][-+]$name[ *]" "$work/model.pv" || return 1
    sed -i -e "/([*]-$name[*])/d" -e "s/([*]+$name \(.*\) [*])/\1/" "$work/model.pv"
  done
}

proverif_model() {
  local model=$1 text=$2 line variant want got began i verdict
  while IFS= read -r line; do
    variant=${line%% *}
    want=$(sed -E 's/^[^ ]+ +//; s/   .*//' <<< "$line" | tr -d ' ')
    make_variant "$model" "$variant" || { tell WRONG "$model" "$variant" 0 'there is no such switch'; continue; }
    began=$SECONDS
    timeout "$seconds_max" "$proverif" "$work/model.pv" > "$work/out" 2>&1
    got=$(grep -a '^RESULT' "$work/out" | grep -av '^RESULT (' |
      sed -e 's/.* is true\.*$/T/' -e 's/.* is false\.*$/F/' -e 's/.*cannot be proved.*/N/' | tr -d '\n')
    verdict=ok
    [ ${#got} -eq ${#want} ] || verdict=WRONG
    for ((i = 0; i < ${#want}; i++)); do
      [ "${want:i:1}" = - ] || [ "${want:i:1}" = "${got:i:1}" ] || verdict=WRONG
    done
    tell $verdict "$model" "$variant" $((SECONDS - began)) "wanted $want, got ${got:-nothing}"
  done < <(expectations "$here/$model.pv" "$text")
}

# ---- All of them ----

for entry in "${wanted[@]}"; do
  model=${entry%%:*} text=
  [ "$model" = "$entry" ] || text=${entry#*:}
  if [ -f "$here/$model.pml" ]; then
    if command -v "$spin" > /dev/null && command -v "$cc" > /dev/null; then spin_model "$model" "$text"
    else
      echo "SKIP  $model: Spin or a C compiler is not installed (apt-get install spin gcc)."
      skipped=$((skipped + 1))
    fi
  elif [ -f "$here/$model.pv" ]; then
    if command -v "$proverif" > /dev/null; then proverif_model "$model" "$text"
    else
      echo "SKIP  $model: ProVerif is not installed (opam install proverif.2.05)."
      skipped=$((skipped + 1))
    fi
  else
    tell WRONG "$model" '' 0 'there is no such model'
  fi
done
echo "$runs runs, $wrong not as expected, $skipped models skipped, $SECONDS s"
[ $wrong -eq 0 ]
