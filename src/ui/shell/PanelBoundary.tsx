import { Component, type JSX, type ReactNode } from "react";
import { messageOf } from "../../engine/core/errors";
import { askAgain } from "../lazyPart";

interface Props {
	readonly title: string;
	readonly children: ReactNode;
}
interface State {
	readonly message: string | null;
}

/** Keeps a panel that cannot draw from taking the page with it: it says so in its own box. */
export class PanelBoundary extends Component<Props, State> {
	override state: State = { message: null };

	static getDerivedStateFromError(error: unknown): State {
		return { message: messageOf(error) };
	}

	private readonly again = (): void => {
		askAgain();
		this.setState({ message: null });
	};

	override render(): JSX.Element {
		const { message } = this.state;
		if (message === null) return <>{this.props.children}</>;
		return (
			<div className="notice" role="alert" data-tone="error">
				<p className="happened">{message}</p>
				<p>{this.props.title} cannot be drawn with this. The other panels and the run go on.</p>
				<p className="actions">
					<button type="button" onClick={this.again}>
						Draw again
					</button>
				</p>
			</div>
		);
	}
}
