import { Component } from "react";

interface Props {
  /** What is shown instead. */
  instead: React.ReactNode;
  children: React.ReactNode;
}

/** Safe keeps a mistake in the drawing of one message from taking the page with it. */
export class Safe extends Component<Props, { failed: boolean }> {
  state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  componentDidUpdate(before: Props): void {
    if (this.state.failed && before.children !== this.props.children) this.setState({ failed: false });
  }

  render(): React.ReactNode {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}
