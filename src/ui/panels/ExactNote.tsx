import { type JSX, useEffect, useState } from "react";
import { useStore } from "zustand";
import { grouped } from "../../engine/core/plural";
import type { Comparison } from "../comparison";
import { cancelExact } from "../exact";
import { fileStore } from "../files/fileStore";
import { isOfFiles } from "../files/openFiles";
import { openTwin } from "../files/openTwin";
import { runStore } from "../stores/run";

/** Work that ends sooner is not worth a word. */
const PATIENCE_MS = 600;

/** Why there is no exact row, or how far the work on it is; nothing once it is there. */
export function ExactNote({ comparison }: { readonly comparison: Comparison }): JSX.Element | null {
	const { truth, latest, group } = comparison;
	if (isOfFiles(latest)) return <OfFiles />;
	if (truth === null) return <Working key={`${latest.step} ${group}`} />;
	if (truth?.ok !== false) return null;
	return <p className="exact-note muted">No exact row: {truth.reason}</p>;
}

function OfFiles(): JSX.Element {
	const there = useStore(fileStore, (f) => f.twin !== null);
	return (
		<p className="exact-note muted">
			No exact row: it is not available for this policy.{" "}
			{there ? (
				<button
					type="button"
					className="quiet"
					title="The preset most like these rollouts (T)"
					onClick={() => void openTwin()}
				>
					Open the toy twin
				</button>
			) : null}
		</p>
	);
}

function Working(): JSX.Element | null {
	const step = useStore(runStore, (r) => r.exactStep);
	const [shown, setShown] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setShown(true), PATIENCE_MS);
		return () => clearTimeout(timer);
	}, []);
	if (!shown) return null;
	const far = step ? `, ${grouped(step.prefixes)} prefixes so far` : "";
	return (
		<p className="exact-note muted tabular" role="status">
			Exact advantages are being worked out{far}.{" "}
			<button type="button" className="quiet" onClick={cancelExact}>
				Stop
			</button>
		</p>
	);
}
