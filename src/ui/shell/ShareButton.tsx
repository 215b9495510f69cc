import { type JSX, useId, useState } from "react";
import { exportRun } from "../session";
import { type Share, shareLink } from "../share";
import { runStore } from "../stores/run";

const pageAddress = () => location.href.replace(/[?#].*$/, "");

/** A sheet with the link to these settings, and the run as a file. */
export function ShareButton(): JSX.Element {
	const id = useId();
	const [share, setShare] = useState<Share | null>(null);
	const [copied, setCopied] = useState(false);
	const [saved, setSaved] = useState("");
	const open = () => {
		setShare(shareLink(pageAddress()));
		setCopied(false);
		setSaved("");
	};
	const copy = async (link: string) => {
		await navigator.clipboard.writeText(link);
		setCopied(true);
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
						<p className="muted">
							{share.link.length} characters: preset, what differs from it, layout
							{runStore.getState().fingerprints.length > 0 ? ", fingerprints" : ""}. Not inside: rollouts, weights.
							Opening it starts nothing.
						</p>
						{share.warning ? <p className="stale">{share.warning}</p> : null}
						<p className="actions">
							<button
								type="button"
								className="primary"
								disabled={!share.possible}
								onClick={() => void copy(share.link).catch(() => setCopied(false))}
							>
								{copied ? "Copied" : "Copy link"}
							</button>
							<button type="button" onClick={() => void save()}>
								Save run as a file
							</button>
						</p>
						<p role="status">{saved}</p>
					</>
				) : null}
			</div>
		</>
	);
}
