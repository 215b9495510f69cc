import type { JSX } from "react";
import { useStore } from "zustand";
import { labelText, type Reproduction, readFingerprint } from "../../engine/training/reproduction";
import { otherBuild } from "../build";
import { openedReproduction } from "../openedReproduction";
import { type Opened, type Run, runStore } from "../stores/run";
import { Chip } from "./Chip";
import { LinkedCurves } from "./LinkedCurves";
import { shortVerdict, verdictOf } from "./verdict";

/** The hash of the parameters, by which two people see whether they have the same run; after a link, whether it is the link's. */
export function FingerprintChip(): JSX.Element | null {
	const fingerprints = useStore(runStore, (r) => r.fingerprints);
	const label = useStore(runStore, (r) => r.label);
	const opened = useStore(runStore, (r) => r.opened);
	const spec = useStore(runStore, (r) => r.spec);
	const last = fingerprints.at(-1);
	if (!last || !label) return null;
	const found = openedReproduction({ opened, spec, label, fingerprints });
	const { title, text } = verdictOf(found, opened?.madeOn, label);
	return (
		<Chip
			tone={toneOf(found)}
			label={found ? <Verdict found={found} /> : <Digits fingerprint={last.fingerprint} />}
			title="Fingerprint of the parameters"
		>
			<h3>{title}</h3>
			<p>{[text, found?.kind === "other-settings" ? "" : otherBuild(opened?.build)].filter(Boolean).join(" ")}</p>
			{found && found.kind !== "other-settings" && opened?.curve ? <LinkedCurves curve={opened.curve} /> : null}
			<p className="muted">{labelText(label)}</p>
			<Table fingerprints={fingerprints} opened={found?.kind === "other-settings" ? null : opened} />
			<p className="muted">
				SHA-256 of the parameters, first 16 digits. Equal settings, seed, adapter and plan give equal fingerprints.
			</p>
		</Chip>
	);
}

const Digits = ({ fingerprint }: { readonly fingerprint: string }) => (
	<code>
		{fingerprint.slice(0, 6)}
		<span className="fingerprint-rest">{fingerprint.slice(6)}</span>
	</code>
);

function Verdict({ found }: { readonly found: Reproduction }): JSX.Element {
	const { long, short } = shortVerdict(found);
	return (
		<>
			<span className="reproduction">{long}</span>
			<span className="reproduction-short">{short}</span>
		</>
	);
}

const toneOf = (found: Reproduction | null) => {
	if (!found || found.kind === "other-settings") return "neutral";
	return found.kind === "same" ? "good" : "warning";
};

function Table({ fingerprints, opened }: Pick<Run, "fingerprints"> & { readonly opened: Opened | null }): JSX.Element {
	const theirs = new Map(
		(opened?.fingerprints ?? []).flatMap((text) => {
			const read = readFingerprint(text);
			return read ? [[read.step, read] as const] : [];
		}),
	);
	return (
		<table className="fingerprints">
			<thead>
				<tr>
					<th scope="col">Step</th>
					<th scope="col">Fingerprint</th>
					{theirs.size > 0 ? <th scope="col">Link</th> : null}
				</tr>
			</thead>
			<tbody>
				{fingerprints.map(({ step, fingerprint }) => {
					const their = theirs.get(step);
					return (
						<tr key={step}>
							<td className="tabular">{step}</td>
							<td>
								<code>{fingerprint}</code>
							</td>
							{theirs.size > 0 ? (
								<td>{their ? <Mark equal={fingerprint.startsWith(their.digits)} digits={their.digits} /> : null}</td>
							) : null}
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}

function Mark({ equal, digits }: { readonly equal: boolean; readonly digits: string }): JSX.Element {
	return equal ? (
		<span>
			<span aria-hidden="true">✓</span> same
		</span>
	) : (
		<span>
			<span aria-hidden="true">✗</span> <code>{digits}</code>
		</span>
	);
}
