import { type JSX, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { Comparison } from "../comparison";
import { Choices } from "../controls/Choices";
import { answersOf, type MethodOrder, type MethodRow, methodRowsOf, orderedRows } from "../credit/methodRows";
import { watchAllMethods } from "../lab";
import { runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { useComparison } from "../useComparison";
import { MethodsGrid } from "./MethodsGrid";
import { Refused } from "./Refused";
import { TermsChart } from "./TermsChart";

const LOOKS = [
	{ id: "tokens", title: "Tokens", help: "Methods × tokens of one rollout" },
	{ id: "rollouts", title: "Rollouts", help: "Methods × rollouts of the group: the credit of all tokens together" },
	{ id: "terms", title: "Terms", help: "The terms that one method's credit is the sum of, token by token" },
] as const;
type Look = (typeof LOOKS)[number]["id"];

const ORDERS: readonly { readonly id: MethodOrder; readonly title: string }[] = [
	{ id: "error", title: "smallest error first" },
	{ id: "likeness", title: "alike ones together" },
	{ id: "name", title: "by name" },
];

/** What every method that can says of these rollouts; the others with their reason. */
export default function MethodsPanel(): JSX.Element {
	const comparison = useComparison();
	useEffect(() => watchAllMethods(), []);
	if (!comparison)
		return <p className="muted padded">All methods are compared here on one rollout, once a run is on.</p>;
	return <MethodsOf comparison={comparison} />;
}

function MethodsOf({ comparison }: { readonly comparison: Comparison }): JSX.Element {
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const beside = useStore(runStore, (r) => r.beside);
	const known = useStore(runStore, (r) => r.exact);
	const [look, setLook] = useState<Look>("tokens");
	const [order, setOrder] = useState<MethodOrder>("error");
	const rollout = pinned?.rollout ?? comparison.members[0] ?? 0;
	const answers = answersOf(comparison, beside);
	const rows = useMemo(
		() => orderedRows(methodRowsOf(comparison, answers, known), order),
		[comparison, answers, known, order],
	);
	return (
		<div className="methods">
			<div className="panel-bar">
				<Choices label="What to look at" of={LOOKS} chosen={look} onChoose={setLook} />
				{look === "terms" ? null : <Orders order={order} onChoose={setOrder} rows={rows} />}
			</div>
			{look === "terms" ? (
				<TermsChart comparison={comparison} rollout={rollout} rows={rows} />
			) : (
				<MethodsGrid comparison={comparison} rollout={rollout} rows={rows} look={look} />
			)}
			{look === "terms" ? null : <Refused answers={answers} />}
		</div>
	);
}

interface OrdersProps {
	readonly order: MethodOrder;
	readonly onChoose: (order: MethodOrder) => void;
	readonly rows: readonly MethodRow[];
}

function Orders({ order, onChoose, rows }: OrdersProps): JSX.Element {
	const known = rows.some((row) => row.error !== null);
	return (
		<select
			aria-label="Order of methods"
			title="Order of the methods"
			value={known || order !== "error" ? order : "likeness"}
			onChange={(e) => onChoose(e.target.value as MethodOrder)}
		>
			{ORDERS.map(({ id, title }) => (
				<option key={id} value={id} disabled={id === "error" && !known}>
					{title}
				</option>
			))}
		</select>
	);
}
