import "./tabs.css";

/** The tabs of the app, above its messages and its home. The arrow keys go from one to the other. */
export function AppTabs(p: { home: boolean; open(home: boolean): void }) {
  const tab = (label: string, home: boolean) => (
    <button
      type="button"
      className="tab"
      role="tab"
      aria-controls="app-panel"
      aria-selected={p.home === home}
      tabIndex={p.home === home ? 0 : -1}
      onClick={() => p.open(home)}
    >
      {label}
    </button>
  );
  return (
    <div
      className="tabs"
      role="tablist"
      aria-label="App"
      onKeyDown={(e) => {
        if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
        p.open(!p.home);
        e.currentTarget.querySelector<HTMLElement>('[aria-selected="false"]')?.focus();
      }}
    >
      {tab("Home", true)}
      {tab("Messages", false)}
    </div>
  );
}
