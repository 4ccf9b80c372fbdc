# For the scripts of this folder: steps that print their times, and checks that they have run.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 CARGO_TERM_COLOR=never
export DEBIAN_FRONTEND=noninteractive
unset CARGO_TARGET_DIR NDARRAY_INIT_SIMD RAYON_NUM_THREADS
root=$PWD
mkdir -p target

step_name= step_began=0 step_times=
# step NAME: ends the step before, and begins this one.
step() {
    if [ -n "$step_name" ]; then
        step_times+=$(printf '%5d s  %s' $((SECONDS - step_began)) "$step_name")$'\n'
        printf -- '-- %d s\n' $((SECONDS - step_began))
    fi
    step_name=$* step_began=$SECONDS
    printf '\n== %s\n' "$*"
}

# Ends the last step, and prints the times of all.
steps_done() {
    step "done"
    printf '%s%5d s  all\n' "$step_times" "$SECONDS"
}

# installed PACKAGE…: Debian packages.
installed() {
    dpkg --status "$@" >/dev/null 2>&1 && return
    { apt-get update -q && apt-get install -q -y --no-install-recommends "$@"; } >"$root/target/apt.txt" 2>&1 ||
        { cat "$root/target/apt.txt"; return 1; }
}

# nightly COMPONENT…: the nightly compiler with these components.
nightly() {
    rustup toolchain list | grep -q ^nightly || rustup toolchain install nightly --profile minimal
    [ "$#" = 0 ] || rustup component add --toolchain nightly "$@"
}

# tested LEAST COMMAND…: runs tests, of which at least so many must have passed.
tested() {
    local least=$1 passed report
    shift
    report=$(mktemp "$root/target/tested.XXXXXX")
    "$@" 2>&1 | tee "$report"
    passed=$(sed -n 's/^test result: ok\. \([0-9]*\) passed.*/\1/p' "$report" | awk '{ n += $1 } END { print n + 0 }')
    rm "$report"
    [ "$passed" -ge "$least" ] || { echo "$passed tests passed, fewer than $least: $*"; return 1; }
}

# The features of the crate.
features() {
    sed -n '/^\[features\]/,/^$/s/^\([a-z][a-z0-9_-]*\) = .*/\1/p' Cargo.toml | grep -vx default
}
