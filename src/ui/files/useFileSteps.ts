import { useStore } from "zustand";
import { runStore } from "../stores/run";
import type { FileSteps } from "./fileSteps";
import { fileStore } from "./fileStore";
import { isOfFiles } from "./openFiles";

/** The steps of the files, while one of them is on screen and there are several; else null. */
export function useFileSteps(): FileSteps | null {
	const steps = useStore(fileStore, (f) => f.steps);
	const ofFiles = useStore(runStore, (r) => isOfFiles(r.latest));
	return ofFiles && steps && steps.steps.length > 1 ? steps : null;
}
