import { type Recording, readRecording } from "../../engine/formats/recording";
import { fetchPacked } from "./fetchPacked";
import { requestRecording } from "./firstRecording";

/** Presets that have a recording in this build. */
export const RECORDED: readonly string[] = [
	"keydoor@1",
	"modchain@1",
	"keychain@1",
	"lake@1",
	"kbhop@1",
	"toolcalc@1",
	"anytime@1",
	"rank@2",
	"strategy@1",
	"addcarry@1",
	"countdown@1",
	"star@1",
	"box@1",
	"duet@1",
	"preflog@1",
	"flow2d@1",
];

export const isRecorded = (preset: string): boolean => RECORDED.includes(preset);

const opened = new Map<string, Promise<Recording>>();

/** The recording of a preset; each is fetched once. Rejects with one sentence. */
export function loadRecording(preset: string): Promise<Recording> {
	const known = opened.get(preset);
	if (known) return known;
	const loading = fetchRecording(`datasets/${preset}.recording`);
	opened.set(preset, loading);
	loading.catch(() => opened.delete(preset));
	return loading;
}

const fetchRecording = async (path: string): Promise<Recording> =>
	readRecording(await fetchPacked(path, requestRecording), path);
