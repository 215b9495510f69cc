import type { JSX } from "react";
import { useStore } from "zustand";
import { compareFingerprints, type Reproduction } from "../share";
import { runStore } from "../stores/run";
import { Chip } from "./Chip";

/** The hash of the parameters, by which two people see whether they have the same run. */
export function FingerprintChip(): JSX.Element | null {
	const fingerprints = useStore(runStore, (r) => r.fingerprints);
	const label = useStore(runStore, (r) => r.label);
	const opened = useStore(runStore, (r) => r.opened);
	const last = fingerprints.at(-1);
	if (!last) return null;
	const verdict = opened && label ? compareFingerprints(opened.fingerprints, fingerprints, label.kind) : null;
	return (
		<Chip
			tone={verdict === null ? "neutral" : verdict.kind === "same" ? "good" : "warning"}
			label={
				<code>
					{last.fingerprint.slice(0, 6)}
					<span className="fingerprint-rest">{last.fingerprint.slice(6)}</span>
				</code>
			}
			title="Fingerprint of the parameters"
		>
			<h3>{verdict ? verdictText(verdict) : "Fingerprints"}</h3>
			<p>
				SHA-256 of the parameters, first 16 digits. Equal settings, seed, adapter and plan give equal fingerprints; a
				different adapter may round differently.
			</p>
			{label ? <p className="muted">{`${label.kind} · ${label.adapter} · plan ${label.plan}`}</p> : null}
			<table className="fingerprints">
				<thead>
					<tr>
						<th scope="col">Step</th>
						<th scope="col">Fingerprint</th>
					</tr>
				</thead>
				<tbody>
					{fingerprints.map(({ step, fingerprint }) => (
						<tr key={step}>
							<td className="tabular">{step}</td>
							<td>
								<code>{fingerprint}</code>
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</Chip>
	);
}

function verdictText(verdict: Reproduction): string {
	switch (verdict.kind) {
		case "same":
			return "Same as the run in the link";
		case "until":
			return `Differs from the run in the link at step ${verdict.step}`;
		case "other-executor":
			return `The run in the link was made on another executor (${verdict.theirs})`;
	}
}
