import { type JSX, useEffect } from "react";
import { useStore } from "zustand";
import { HASH_DIGITS } from "../../engine/spec/linkFile";
import type { StoredImport } from "../../workers/filesApi";
import { fileStore } from "../files/fileStore";
import { keepThese, openImport } from "../files/openFiles";
import { bytesText, dateText } from "../format";
import {
	forgetImport,
	type Imports,
	importsStore,
	LARGEST_ARCHIVE,
	refreshImports,
	saveImport,
	setWish,
} from "../storage/keepImports";
import { storedStore } from "../storage/keepRuns";

const PROBLEMS: Readonly<Record<Exclude<Imports["problem"], "">, string>> = {
	full: "There is no more room: the files on screen are not kept. Delete others first.",
	blocked: "The browser keeps nothing for this page: these files have to be opened again next time.",
	changed: "A file on screen was changed or deleted after it was opened, so it is not kept. Open it again.",
	gone: "These files are no longer kept: they were deleted in another tab, or made room for others.",
	held: "Another tab reads these files. Close them there, then delete them here.",
	unreadable: "The browser could not read these files. Try again, or open them from where they came.",
	"too-large":
		"These files are too large to be kept, at most 2 GB and half of the room there is: open them again next time.",
};

const WORK: Readonly<Record<NonNullable<Imports["work"]>["what"], string>> = {
	hashing: "Hashing the files, so that links can point into them …",
	copying: "Keeping a copy …",
};

/** Files that the browser keeps: open them again, save them, delete them; and whether it should keep any. */
export function StoredImports(): JSX.Element {
	const { list, wish, work, problem } = useStore(importsStore);
	useEffect(() => {
		const look = () => {
			if (document.visibilityState === "visible") void refreshImports();
		};
		look();
		// Another tab may have kept or deleted some.
		document.addEventListener("visibilitychange", look);
		return () => document.removeEventListener("visibilitychange", look);
	}, []);
	return (
		<section className="stored" aria-label="Files in this browser">
			<h3>Files in this browser</h3>
			<label className="keep-files">
				<input type="checkbox" checked={wish} onChange={() => choose(!wish)} /> Keep what I open, for the next time
			</label>
			{/* Always there: a status that comes with its text is not read out. */}
			<p className="muted" role="status">
				{problem ? PROBLEMS[problem] : ""}
				{problem && work ? <br /> : null}
				{work ? WORK[work.what] : ""}
			</p>
			{work ? <progress max={1} value={work.done} aria-label={WORK[work.what]} /> : null}
			<ul>
				{list.map((one) => (
					<ImportLine key={one.id} one={one} />
				))}
			</ul>
		</section>
	);
}

/** Files that are open when the wish comes are kept, too. */
function choose(wish: boolean): void {
	setWish(wish);
	if (wish) void keepThese();
}

/** What is used of the room that the browser grants, for runs and files alike. */
export function StorageRoom(): JSX.Element {
	const quota = useStore(storedStore, (s) => s.quota);
	return (
		<p className="muted tabular">
			{quota ? `${bytesText(quota.used)} of ${bytesText(quota.most)} used. ` : ""}
			Files and runs stay on this machine, at this address; the oldest make room for new ones.
		</p>
	);
}

function ImportLine({ one }: { readonly one: StoredImport }): JSX.Element {
	const reading = useStore(fileStore, (f) => f.phase === "reading");
	const { files, title, about, size, openedAt, here, elsewhere } = one;
	const when = dateText(openedAt);
	const hash = files.length === 1 ? `, hash\u00a0${files[0]?.hash.slice(0, HASH_DIGITS)}` : "";
	const large = files.length > 1 && size > LARGEST_ARCHIVE;
	return (
		<li>
			<p className="data-title">{title}</p>
			<p className="muted tabular">
				{about}
				<br />
				{when}, {bytesText(size)}
				{hash}
				{here ? ", on this page" : elsewhere ? ", open in another tab" : ""}
			</p>
			<p className="actions">
				<button
					type="button"
					aria-label={`Open ${title}`}
					disabled={here || reading}
					onClick={() => void openImport(one)}
				>
					Open
				</button>
				<button
					type="button"
					className="quiet"
					aria-label={`Save ${title}`}
					disabled={large}
					title={large ? "Too large for one archive; the files are where they came from" : undefined}
					onClick={() => void saveImport(one)}
				>
					Save
				</button>
				<button
					type="button"
					className="quiet"
					aria-label={`Delete ${title}`}
					disabled={here || elsewhere}
					title={here ? "Close it first" : undefined}
					onClick={() => void forgetImport(one)}
				>
					Delete
				</button>
			</p>
		</li>
	);
}
