// TensorFlow.js on its WebAssembly backend, one thread: its threaded variant starts workers from the text of its own functions,
// which does not survive a bundler.
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import { env } from "@tensorflow/tfjs-core";
import { tfjsContender } from "./tfjs.js";

export function tfjsWasmContender() {
	env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
	setWasmPaths({
		"tfjs-backend-wasm.wasm": plain,
		"tfjs-backend-wasm-simd.wasm": simd,
		"tfjs-backend-wasm-threaded-simd.wasm": simd,
	});
	return tfjsContender("wasm");
}
