import { proxy, type Remote, wrap } from "comlink";
import type { FilesApi } from "./filesApi";

/** The worker that reads rollout files, started with the first file. */
export function startFiles(): FilesApi {
	let remote: Remote<FilesApi> | null = null;
	const files = (): Remote<FilesApi> => {
		remote ??= wrap<FilesApi>(
			new Worker(new URL("./files.worker.ts", import.meta.url), { type: "module", name: "files" }),
		);
		return remote;
	};
	return {
		open: (list, onProgress) => files().open(list, proxy(onProgress)),
		cancel: () => files().cancel(),
		identify: (onProgress) => files().identify(proxy(onProgress)),
		keep: (about, onProgress) => files().keep(about, proxy(onProgress)),
		imports: () => files().imports(),
		openImport: (id, onProgress) => files().openImport(id, proxy(onProgress)),
		importFiles: (id) => files().importFiles(id),
		forget: (id) => files().forget(id),
		table: () => files().table(),
		stepOf: (group) => files().stepOf(group),
		lint: () => files().lint(),
		save: (name) => files().save(name),
	};
}
