import { type JSX, type ReactNode, useRef, useState } from "react";
import { useStore } from "zustand";
import { grouped, plural } from "../../engine/core/plural";
import type { Finding } from "../../engine/lint/check";
import type { FilesReport } from "../../workers/filesApi";
import { ByHand } from "../controls/ByHand";
import { copyText } from "../copyText";
import { csvOf } from "../figures/csv";
import { usePanelCsv } from "../figures/publishedCsv";
import { CHANNEL_HELP } from "../files/channelHelp";
import { filesOfInput } from "../files/droppedFiles";
import { fileStore, groupAtHand } from "../files/fileStore";
import { issueText } from "../files/issueText";
import { openAny } from "../files/openAny";
import {
	cancelReading,
	closeFiles,
	openExample,
	saveRollouts,
	showClearest,
	showFinding,
	showGroup,
} from "../files/openFiles";
import { bytesText, percent } from "../format";
import { filesNotice } from "../notices";
import { offlineStore } from "../offline/serviceWorker";
import { findEntry, METHODS } from "../registries";
import { NoticeCard } from "../shell/Notices";
import { Recorder, RecorderFile } from "./Recorder";
import { StorageRoom, StoredImports } from "./StoredImports";
import { StoredRuns } from "./StoredRuns";
import { TwinCard } from "./TwinCard";

/** Rollouts that a person brings: what the files hold, what they lack, and what is wrong with their credit. */
export default function DataPanel(): JSX.Element {
	const { phase, problem } = useStore(fileStore);
	usePanelCsv("data", findingsCsv);
	return (
		<div className="data padded">
			{problem ? <NoticeCard notice={filesNotice(problem, phase === "open")} /> : null}
			{phase === "none" ? <Invitation /> : null}
			{phase === "reading" ? <Reading /> : null}
			{phase === "open" ? <Opened /> : null}
			<StoredImports />
			<StoredRuns />
			<StorageRoom />
		</div>
	);
}

/** What Credit Lint found, one line a finding; null before it has looked. */
function findingsCsv(): string | null {
	const { findings, table } = fileStore.getState();
	if (!findings || !table) return null;
	return csvOf(
		["check", "harm", "title", "message", "share", "rollouts", "clearest_case"],
		findings.map((f) => [f.check, f.harm, f.title, f.message, f.share, f.rows.length, table.ids[f.worst] ?? null]),
	);
}

function Invitation(): JSX.Element {
	const offline = useStore(offlineStore, (o) => o.ready);
	return (
		<>
			<p>
				Drop rollouts anywhere on the page: verl, TRL, prime-rl, verifiers, NeMo-RL, SkyRL, rLLM, Atropos, AReaL, ROLL,
				tinker-cookbook, Inspect, tables of W&amp;B and Trackio, chats with or without log-probabilities, or Ascribe’s
				own, run files (<code>.ascribe.zip</code>) included. <b>Nothing is uploaded.</b>
				{offline ? " The page is kept by this browser and works without a network." : ""}
			</p>
			<FileButtons names={["Open files", "Open a folder"]} primary>
				<button type="button" onClick={() => void openExample()}>
					Try an example
				</button>
			</FileButtons>
			<p className="muted">Formats are told by what is inside, not by name.</p>
			<RecorderFile about="Pickles and .pt files can run code and are never opened here: a Python file converts them without running any of it, and records what verl and TRL leave out of their dumps." />
		</>
	);
}

interface FileButtonsProps {
	/** Of the button for files, and of that for a folder. */
	readonly names: readonly [string, string];
	readonly primary?: boolean;
	/** Further buttons. */
	readonly children: ReactNode;
}

/** The browser's dialogs for files and for a folder. */
function FileButtons({ names: [some, all], primary = false, children }: FileButtonsProps): JSX.Element {
	const files = useRef<HTMLInputElement>(null);
	const folder = useRef<HTMLInputElement>(null);
	const take = (input: HTMLInputElement) => {
		void openAny(filesOfInput(input));
		input.value = "";
	};
	return (
		<>
			<p className="actions">
				<button type="button" className={primary ? "primary" : undefined} onClick={() => files.current?.click()}>
					{some}
				</button>
				<button type="button" onClick={() => folder.current?.click()}>
					{all}
				</button>
				{children}
			</p>
			<input
				ref={files}
				type="file"
				multiple
				hidden
				data-testid="files"
				aria-label="Rollout files"
				onChange={(e) => take(e.currentTarget)}
			/>
			<input
				ref={folder}
				type="file"
				hidden
				aria-label="Folder of rollout files"
				onChange={(e) => take(e.currentTarget)}
				{...{ webkitdirectory: "" }}
			/>
		</>
	);
}

function Reading(): JSX.Element {
	const { title, progress } = useStore(fileStore);
	const done = progress ? progress.read / Math.max(1, progress.total) : 0;
	return (
		<>
			<p className="data-title">{title}</p>
			<progress max={1} value={done} aria-label="Reading" />
			<p className="muted tabular" role="status">
				{progress
					? `${progress.format}: ${percent(done)} of ${bytesText(progress.total)}, ${stepsText(progress.steps)}${plural(progress.rollouts, "rollout")}`
					: "Looking at the first bytes …"}
			</p>
			<p className="actions">
				<button type="button" onClick={cancelReading}>
					Cancel
				</button>
			</p>
		</>
	);
}

function Opened(): JSX.Element {
	const { title, report, findings } = useStore(fileStore);
	if (!report) return <p className="muted">…</p>;
	const { card, refused, formats, warnings, linted, tokenizer } = report;
	return (
		<>
			<p className="data-title">{title}</p>
			<p>
				<b>{formats.map((f) => f.title).join(", ")}</b>: {plural(card.rollouts, "rollout")} in{" "}
				{plural(card.groups, "group")}
				{card.steps > 1 ? ` of ${grouped(card.steps)} steps` : ""}.
			</p>
			{tokenizer ? (
				<p>
					Text is cut by <b>{tokenizer.name}</b>, {grouped(tokenizer.size)} tokens.
				</p>
			) : null}
			<GroupPicker />
			<Channels card={card} refused={refused} />
			{warnings.length > 0 ? (
				<ul className="data-warnings">
					{warnings.map((warning) => (
						<li key={warning}>{warning}</li>
					))}
				</ul>
			) : null}
			<Recorder formats={formats} />
			<Lint findings={findings} partial={linted < card.rollouts ? linted : null} />
			<TwinCard />
			<SaveRollouts rollouts={card.rollouts} />
			<FileButtons names={["Other files", "Other folder"]}>
				<button type="button" onClick={closeFiles}>
					Close
				</button>
			</FileButtons>
		</>
	);
}

/** Links carry no rollouts; a file of them does, so it is asked whether that is meant. */
function SaveRollouts({ rollouts }: { readonly rollouts: number }): JSX.Element {
	return (
		<details>
			<summary>Save the rollouts</summary>
			<p className="muted">
				The file will hold all texts of these {plural(rollouts, "rollout")}, for whoever gets it. A link never does.
				Save it?
			</p>
			<p className="actions">
				{["JSONL", "Parquet"].map((format) => (
					<button key={format} type="button" onClick={() => void saveRollouts(`rollouts.${format.toLowerCase()}`)}>
						Save as {format}
					</button>
				))}
			</p>
		</details>
	);
}

function GroupPicker(): JSX.Element {
	const last = useStore(fileStore, (f) => (f.report?.card.groups ?? 1) - 1);
	const at = useStore(fileStore, groupAtHand);
	return (
		<fieldset className="group-picker" aria-label="Group of the files">
			<button
				type="button"
				className="quiet icon"
				aria-label="Previous group of the files"
				disabled={at === 0}
				onClick={() => void showGroup(at - 1)}
			>
				‹
			</button>
			<label className="tabular">
				Group{" "}
				<input
					type="number"
					min={1}
					max={last + 1}
					value={at + 1}
					onChange={(e) => {
						const wanted = Math.round(e.currentTarget.valueAsNumber) - 1;
						if (wanted >= 0 && wanted <= last) void showGroup(wanted);
					}}
				/>{" "}
				of {grouped(last + 1)}
			</label>
			<button
				type="button"
				className="quiet icon"
				aria-label="Next group of the files"
				disabled={at === last}
				onClick={() => void showGroup(at + 1)}
			>
				›
			</button>
		</fieldset>
	);
}

/** What the files carry, and what methods would want of them that they do not. */
function Channels({ card, refused }: Pick<FilesReport, "card" | "refused">): JSX.Element {
	const { found, missing, steps, parts } = card;
	const there = Object.entries(found).filter(([, part]) => part > 0);
	const names = there.map(([name, part]) => (part < 1 ? `${nameOf(name)} (${percent(part)})` : nameOf(name)));
	if (steps > 1) names.push(`${grouped(steps)} steps`);
	if (parts.length > 0) names.push(`${plural(parts.length, "reward part")} (${parts.join(", ")})`);
	return (
		<dl className="facts data-channels">
			<div>
				<dt>Found</dt>
				<dd>{names.join(", ")}</dd>
			</div>
			{missing.length === 0 ? null : (
				<div>
					<dt>Missing</dt>
					<dd>
						{missing.map(nameOf).join(", ")}
						<details>
							<summary>What cannot be told without them</summary>
							<ul>
								{missing.map((name) => (
									<li key={name} className="muted">
										No {nameOf(name)}: {CHANNEL_HELP[name]?.missing}
										<Waiting methods={refused[name] ?? []} />
									</li>
								))}
							</ul>
						</details>
					</dd>
				</div>
			)}
		</dl>
	);
}

/** The methods that a channel keeps from answering, by name. */
function Waiting({ methods }: { readonly methods: readonly string[] }): JSX.Element | null {
	if (methods.length === 0) return null;
	const names = methods.map((id) => findEntry(METHODS, id)?.title ?? id);
	return (
		<>
			{" "}
			<b>Cannot answer:</b> {names.join(", ")}.
		</>
	);
}

const nameOf = (channel: string) => CHANNEL_HELP[channel]?.name ?? channel;

interface LintProps {
	readonly findings: readonly Finding[] | null;
	/** How many rollouts were looked at, where that is not all of them. */
	readonly partial: number | null;
}

function Lint({ findings, partial }: LintProps): JSX.Element {
	return (
		<section className="lint" aria-label="Credit Lint">
			<h3>Credit Lint</h3>
			{partial === null ? null : (
				<p className="muted">Groups were looked at in all rollouts, tokens in the first {grouped(partial)}.</p>
			)}
			{findings === null ? <p className="muted">Looking …</p> : null}
			{findings?.length === 0 ? <p>Nothing is wrong with the credit of these rollouts, as far as they tell.</p> : null}
			<ol>
				{findings?.map((finding) => (
					<FindingCard key={finding.check} finding={finding} />
				))}
			</ol>
		</section>
	);
}

const HARM: Readonly<Record<Finding["harm"], string>> = {
	wrong: "wrong",
	wasted: "wasted",
	suspicious: "look at it",
	note: "note",
};

function FindingCard({ finding }: { readonly finding: Finding }): JSX.Element {
	const groups = useStore(fileStore, (f) => f.table?.group);
	const worst = groups?.[finding.worst];
	return (
		<li className="finding" data-harm={finding.harm}>
			<p>
				<span className="harm">{HARM[finding.harm]}</span> <b>{finding.title}</b>
			</p>
			<p>{finding.message}</p>
			<details>
				<summary>Why it matters</summary>
				<p className="muted">{finding.why}</p>
				{finding.thread ? (
					<p>
						<a href={finding.thread} target="_blank" rel="noreferrer">
							A thread about it
						</a>
					</p>
				) : null}
			</details>
			<p className="actions">
				<button type="button" onClick={() => showFinding(finding)}>
					List {plural(finding.rows.length, "rollout")}
				</button>
				{worst === undefined ? null : (
					<button type="button" className="quiet" onClick={() => void showClearest(finding)}>
						Show the clearest case
					</button>
				)}
				<CopyIssue finding={finding} />
			</p>
		</li>
	);
}

/** Puts a finding into the clipboard as the text of an issue. */
function CopyIssue({ finding }: { readonly finding: Finding }): JSX.Element {
	const [told, tell] = useState("Copy as issue text");
	const [byHand, setByHand] = useState("");
	const copy = async () => {
		const { report, table } = fileStore.getState();
		if (!report || !table) return;
		const text = issueText(finding, {
			format: report.formats.map((f) => f.title).join(", "),
			rollouts: report.card.rollouts,
			groups: report.card.groups,
			worst: table.ids[finding.worst] ?? "",
			step: table.step[finding.worst] ?? Number.NaN,
		});
		const done = await copyText(text);
		if (done) tell("Copied");
		setByHand(done ? "" : text);
	};
	return (
		<>
			<button type="button" className="quiet" onClick={() => void copy()}>
				{told}
			</button>
			{byHand ? <ByHand text={byHand} /> : null}
		</>
	);
}

const stepsText = (steps: number) => (steps > 1 ? `${grouped(steps)} steps, ` : "");
