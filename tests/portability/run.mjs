// Prints the digests that the library gives when it is built for wasm32.
//
//     node run.mjs digests.wasm

import { readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
const { memory, text_start, text_len } = instance.exports;
// Pointers are signed in JavaScript. The memory moves as it grows, so it is read last.
const [start, len] = [text_start() >>> 0, text_len() >>> 0];
process.stdout.write(new TextDecoder().decode(new Uint8Array(memory.buffer, start, len)));
