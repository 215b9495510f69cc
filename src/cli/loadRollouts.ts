import { InvalidInput } from "../engine/core/errors";
import { plural } from "../engine/core/plural";
import { type ImportedFile, importFile } from "../engine/formats/importFile";
import type { TextTokenizer } from "../engine/formats/tokenizer";
import type { Io } from "./io";
import { percentDone } from "./progress";

/**
 * Rollouts of a file in any recognised format, with progress on a terminal; warnings are said.
 * @param keepGoing leaves rows out that cannot be read and says so; otherwise the first of them ends the work.
 * @param tokenizer cuts rollouts that are text alone; without it they are cut into words.
 * @throws InvalidInput, Cancelled.
 */
export async function loadRollouts(
	io: Io,
	path: string,
	keepGoing = false,
	tokenizer?: TextTokenizer,
): Promise<ImportedFile> {
	const source = io.source(path);
	const file = await importFile(source, {
		signal: io.signal,
		...(tokenizer ? { tokenizer } : {}),
		onPiece: (read, rollouts) =>
			io.progress(`${path}: ${percentDone(read, source.size)}, ${plural(rollouts, "rollout")}`),
	});
	io.progress("");
	const [first] = file.broken;
	if (!keepGoing && first) throw new InvalidInput(`${first.message} ${howToGoOn(file)}`, { cause: first });
	for (const { message } of file.broken.slice(0, 5)) io.note(`ascribe: left out: ${message}`);
	if (file.broken.length > 5)
		io.note(`ascribe: … and ${plural(file.broken.length - 5, "more row")} that could not be read.`);
	for (const warning of file.warnings) io.note(`ascribe: ${warning}`);
	return file;
}

function howToGoOn({ broken, lines }: ImportedFile): string {
	const them = broken.length === 1 ? "it" : `the ${broken.length} rows that cannot be read`;
	return `--keep-going leaves ${them} out and takes the other ${plural(lines.length, "rollout")}.`;
}
