import { type JSX, lazy, Suspense, useId, useState } from "react";
import { MAX_NOTE } from "../../engine/spec/link";
import { exportRun } from "../session";
import { type Share, type ShareOptions, shareLink } from "../share";

const pageAddress = () => location.href.replace(/[?#].*$/, "");

const QrCode = lazy(() => import("./QrCode"));
/** Characters; a code of more has modules too small for a phone in the last row. */
const LONGEST_IN_CODE = 600;

const USUAL: Required<ShareOptions> = { note: "", withView: true };
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

/** A sheet with the link to these settings, and the run as a file. */
export function ShareButton(): JSX.Element {
	const id = useId();
	const [share, setShare] = useState<Share | null>(null);
	const [copied, setCopied] = useState("");
	const [saved, setSaved] = useState("");
	const [options, setOptions] = useState(USUAL);
	const [code, setCode] = useState(false);
	const open = () => {
		rewrite(USUAL);
		setSaved("");
		setCode(false);
	};
	const rewrite = (next: Required<ShareOptions>) => {
		setOptions(next);
		setShare(shareLink(pageAddress(), next));
		setCopied("");
	};
	const copy = async (form: string, text: string) => {
		await navigator.clipboard.writeText(text).then(
			() => setCopied(form),
			() => setCopied(""),
		);
	};
	const save = async () => setSaved((await exportRun()) ? "" : "There is no run to save yet.");
	return (
		<>
			<button type="button" className="share" popoverTarget={id} onClick={open}>
				Share
			</button>
			<div id={id} popover="auto" className="chip-card share-card">
				<h3>Share these settings</h3>
				{share ? (
					<>
						<input aria-label="Link" readOnly value={share.link} onFocus={(e) => e.target.select()} />
						<textarea
							aria-label="Note"
							rows={2}
							placeholder="A note for whoever opens it"
							maxLength={MAX_NOTE}
							value={options.note}
							onChange={(e) => rewrite({ ...options, note: e.target.value })}
						/>
						<fieldset className="share-parts">
							<legend className="visually-hidden">What the link shows</legend>
							{PARTS.map(({ title, withView }) => (
								<label key={title}>
									<input
										type="radio"
										name={`${id}-parts`}
										checked={options.withView === withView}
										onChange={() => rewrite({ ...options, withView })}
									/>
									{title}
								</label>
							))}
						</fieldset>
						<p className="muted">
							{share.link.length} characters. Inside: {listOf(share.inside)}. Not inside: {share.outside.join(", ")}.
							Opening it starts nothing.
						</p>
						{share.warning ? <p className="stale">{share.warning}</p> : null}
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
							<button
								type="button"
								aria-pressed={code}
								disabled={share.link.length > LONGEST_IN_CODE}
								title={
									share.link.length > LONGEST_IN_CODE
										? `Only links of up to ${LONGEST_IN_CODE} characters give a code that a phone can read`
										: "For a slide, or a phone in the room"
								}
								onClick={() => setCode(!code)}
							>
								QR code
							</button>
							<button type="button" onClick={() => void save()}>
								Save run as a file
							</button>
						</p>
						{code ? (
							<Suspense fallback={<p className="muted">Loading.</p>}>
								<QrCode text={share.link} />
							</Suspense>
						) : null}
						<p role="status">{saved}</p>
					</>
				) : null}
			</div>
		</>
	);
}
