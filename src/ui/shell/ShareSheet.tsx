import { type JSX, Suspense, useId, useMemo, useState } from "react";
import { MAX_NOTE } from "../../engine/spec/link";
import { ByHand } from "../controls/ByHand";
import { copyText } from "../copyText";
import { lazyPart } from "../lazyPart";
import { exportRun } from "../session";
import { type Share, type ShareOptions, shareLink } from "../share";

const QrCode = lazyPart(() => import("./QrCode"));
const ShareImage = lazyPart(() => import("./ShareImage"));

const pageAddress = () => location.href.replace(/[?#].*$/, "");
/** Characters; a code of more has modules too small for a phone in the last row. */
const LONGEST_IN_CODE = 600;

const PARTS = [
	{ title: "Settings and view", withView: true },
	{ title: "Settings only", withView: false },
] as const;

/** Other places for a link, and how it is written there. */
const FORMS: Readonly<Record<string, (link: string) => string>> = {
	Markdown: (link) => `[Ascribe: which token earned the reward?](${link})`,
	iframe: (link) => `<iframe src="${link.replace("#", "?embed#")}" width="100%" height="640" title="Ascribe"></iframe>`,
	Python: (link) => `from ascribe_link import decode\nprint(decode(${JSON.stringify(link)}))`,
};

const listOf = (parts: readonly string[]) =>
	[parts.slice(0, -1).join(", "), ...parts.slice(-1)].filter(Boolean).join(" and ");

/** The link to what is on screen, with what is in it and what is not, in every form that it can be passed on. */
export default function ShareSheet(): JSX.Element {
	const [options, setOptions] = useState<Required<ShareOptions>>({ note: "", withView: true, withName: true });
	const share = useMemo(() => shareLink(pageAddress(), options), [options]);
	return (
		<>
			<input aria-label="Link" readOnly value={share.link} onFocus={(e) => e.target.select()} />
			<LinkOptions options={options} ofFile={share.ofFile} onChange={setOptions} />
			<p className="muted">
				{share.link.length} characters. Inside: {listOf(share.inside)}. Not inside: {share.outside.join(", ")}.{" "}
				{share.ofFile ? "Whoever opens it is asked for the same file." : "Opening it starts nothing."}
			</p>
			{share.warning ? <p className="stale">{share.warning}</p> : null}
			<Forms key={share.link} share={share} />
			<Pictures share={share} />
		</>
	);
}

interface OptionsProps {
	readonly options: Required<ShareOptions>;
	/** The link points into a file, whose name may be told or not. */
	readonly ofFile: boolean;
	readonly onChange: (options: Required<ShareOptions>) => void;
}

/** The note, and whether what is on screen and the name of its file go with the settings. */
function LinkOptions({ options, ofFile, onChange }: OptionsProps): JSX.Element {
	const id = useId();
	return (
		<>
			<textarea
				aria-label="Note"
				rows={2}
				placeholder="A note for whoever opens it"
				maxLength={MAX_NOTE}
				value={options.note}
				onChange={(e) => onChange({ ...options, note: e.target.value })}
			/>
			<fieldset className="share-parts">
				<legend className="visually-hidden">What the link shows</legend>
				{PARTS.map(({ title, withView }) => (
					<label key={title}>
						<input
							type="radio"
							name={`${id}-parts`}
							checked={options.withView === withView}
							onChange={() => onChange({ ...options, withView })}
						/>
						{title}
					</label>
				))}
				{ofFile ? (
					<label>
						<input
							type="checkbox"
							checked={options.withName}
							onChange={() => onChange({ ...options, withName: !options.withName })}
						/>
						Name of the file
					</label>
				) : null}
			</fieldset>
		</>
	);
}

/** Buttons that copy the link, plain or as it is written elsewhere. */
function Forms({ share }: { readonly share: Share }): JSX.Element {
	const [copied, setCopied] = useState("");
	const [byHand, setByHand] = useState("");
	const copy = async (form: string, text: string) => {
		const done = await copyText(text);
		setCopied(done ? form : "");
		setByHand(done ? "" : text);
	};
	return (
		<>
			<p className="actions">
				<button
					type="button"
					className="primary"
					disabled={!share.possible}
					onClick={() => void copy("link", share.link)}
				>
					{copied === "link" ? "Copied" : "Copy link"}
				</button>
				{Object.entries(FORMS).map(([form, textOf]) => (
					<button
						key={form}
						type="button"
						disabled={!share.possible}
						onClick={() => void copy(form, textOf(share.link))}
					>
						{copied === form ? "Copied" : `As ${form}`}
					</button>
				))}
			</p>
			{byHand ? <ByHand text={byHand} /> : null}
		</>
	);
}

/** The link as a code or in a picture, one of them open at a time, and the run as a file. */
function Pictures({ share }: { readonly share: Share }): JSX.Element {
	const [shown, setShown] = useState<"code" | "image" | null>(null);
	const [saved, setSaved] = useState("");
	const save = async () => setSaved((await exportRun()) ? "" : "There is no run to save yet.");
	const toggle = (what: "code" | "image") => setShown(shown === what ? null : what);
	const tooLong = share.link.length > LONGEST_IN_CODE;
	return (
		<>
			<p className="actions">
				<button
					type="button"
					aria-pressed={shown === "image"}
					disabled={!share.possible}
					onClick={() => toggle("image")}
				>
					As an image
				</button>
				<button
					type="button"
					aria-pressed={shown === "code"}
					disabled={tooLong}
					title={
						tooLong
							? `Only links of up to ${LONGEST_IN_CODE} characters give a code that a phone can read`
							: "For a slide, or a phone in the room"
					}
					onClick={() => toggle("code")}
				>
					QR code
				</button>
				<button type="button" onClick={() => void save()}>
					Save run as a file
				</button>
			</p>
			<Suspense fallback={<p className="muted">Loading.</p>}>
				{shown === "code" ? <QrCode text={share.link} /> : null}
				{shown === "image" ? <ShareImage link={share.link} /> : null}
			</Suspense>
			<p role="status">{saved}</p>
		</>
	);
}
