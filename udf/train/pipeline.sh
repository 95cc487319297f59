#!/usr/bin/env bash
# The whole way from nothing to the shipped model. Each stage reads and writes files of the run's folder, so that a
# killed pipeline is simply started again: training goes on from its checkpoint, a finished training is not repeated.
#
#     MINUTES=60 THREADS=2 udf/train/pipeline.sh runs/tiny
#     QUICK=1 udf/train/pipeline.sh     proves every stage in two minutes, on a network too small to be any good: its
#                                       gates are shown but not enforced, and what it ships is thrown away
set -euo pipefail

python=${PYTHON:-python}
if [ -n "${QUICK:-}" ]; then
    run=$(mktemp -d)
    trap 'rm -rf "$run"' EXIT
    network=(--minutes 0.3 --hidden 32 --layers 2 --heads 2 --report-steps 20)
    partners=100 chunks=200 prompts=200 share=0.01
    ship=(--into "$run/model" --regardless)
else
    run=${1:-runs/tiny}
    network=(--minutes "${MINUTES:-60}" --hidden "${HIDDEN:-128}" --layers "${LAYERS:-4}" --heads "${HEADS:-4}")
    network+=(--rate "${RATE:-0.002}" ${START:+--start "$START"} ${TEACHER_LABELS:+--teacher-labels "$TEACHER_LABELS"})
    partners=1000 chunks=2000 prompts=2000 share=1
    ship=()
fi

stage() {
    printf '\n== %s (after %d s)\n' "$1" "$SECONDS"
    "$python" -m "udf.train.$1" "${@:2}"
}

stage corpus.census --partners "$partners"                                # what the corpus holds
stage fit.fit "$run" "${network[@]}" --seed "${SEED:-7}" --threads "${THREADS:-2}" # run.json, weights.pt
stage fit.picture "$run"                                               # curves.png: loss and exactness
stage fit.sweep "$run" --chunks "$chunks"                              # a GGUF in every format; sweep.json: which one ships
stage fit.proof "$run" --prompts "$prompts" --share "$share"           # proof.json: parity with torch, the exam; exam.png
stage fit.ship "$run" ${ship[@]+"${ship[@]}"}                          # gates.json; udf/model, if every gate holds
printf '\nall stages done (after %d s)\n' "$SECONDS"
