import type { Api } from "../api";
import { marks } from "../guide/marks";
import type { Channel, Person, Slack, Step } from "../types";
import { calls, unread } from "../unread";
import { Avatar } from "./avatar";
import { Hash, Home, Rewind } from "./icons";
import "./sidebar.css";

export interface SidebarProps {
  slack: Slack;
  api: Api;
  step: Step | null;
  place: string;
  act(as: string): void;
  open(place: string): void;
}

/** The workspace: who the page acts as, and the places that this person sees. */
export function Sidebar(p: SidebarProps) {
  const { slack } = p;
  const channels = slack.channels.filter((c) => !c.dm);
  const dm = slack.channels.find((c) => c.dm);
  return (
    <div className="sidebar">
      <header className="sidebar-head">
        <h2>Demo workspace</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Restart Slack"
          title="Restart Slack: what was only visible to you is gone then, as in the real one"
          onClick={() => void p.api.act("reload")}
        >
          <Rewind size={18} />
        </button>
      </header>
      <Section title="Act as">
        {slack.people.map((person) => (
          <PersonButton key={person.id} person={person} {...p} />
        ))}
      </Section>
      <Section title="Channels">
        {channels.map((c) => (
          <Place key={c.id} id={c.id} testId={c.name} name={c.name} icon={<Hash size={16} />} channel={c} {...p} />
        ))}
      </Section>
      {dm && (
        <Section title="Direct messages">
          <Place
            id={dm.id}
            testId="dm"
            name={slack.app.name}
            icon={<Avatar name="" bot size={20} />}
            channel={dm}
            {...p}
          />
        </Section>
      )}
      <Section title="Apps">
        <Place id="home" testId="home" name={`${slack.app.name} home`} icon={<Home size={16} />} {...p} />
      </Section>
    </div>
  );
}

function Section(p: { title: string; children: React.ReactNode }) {
  return (
    <section className="sidebar-section" aria-label={p.title}>
      <h3>{p.title}</h3>
      <ul>{p.children}</ul>
    </section>
  );
}

function PersonButton(p: SidebarProps & { person: Person }) {
  const { person, slack } = p;
  const chosen = person.name === slack.me;
  const guided = !chosen && marks(p.step, "person", person.name);
  const called = chosen ? 0 : calls(slack, person);
  return (
    <li>
      <button
        type="button"
        className={`sidebar-item person${chosen ? " chosen" : ""}${guided ? " guided" : ""}`}
        data-testid={`person-${person.name}`}
        aria-pressed={chosen}
        onClick={() => p.act(person.name)}
      >
        <Avatar name={person.name} size={28} />
        <span className="person-text">
          <span className="person-name">
            {person.name}
            {chosen && <span className="person-you">you</span>}
            {person.guest && <span className="person-you">guest</span>}
          </span>
          <span className="person-about" title={person.about}>
            {person.about}
          </span>
        </span>
        {called > 0 && <Badge count={called} />}
      </button>
    </li>
  );
}

function Badge(p: { count: number }) {
  return (
    <span className="badge">
      {p.count}
      <span className="unseen"> unread, with a mention</span>
    </span>
  );
}

function Place(
  p: SidebarProps & { id: string; testId: string; name: string; icon: React.ReactNode; channel?: Channel },
) {
  const news = p.channel ? unread(p.slack, p.channel) : { messages: 0, badge: 0 };
  const here = p.place === p.id;
  return (
    <li>
      <button
        type="button"
        className={`sidebar-item${here ? " here" : ""}${news.messages + news.badge > 0 ? " unread" : ""}`}
        data-testid={`channel-${p.testId}`}
        aria-current={here ? "page" : undefined}
        onClick={() => p.open(p.id)}
      >
        <span className="sidebar-icon">{p.icon}</span>
        <span className="sidebar-name">{p.name}</span>
        {news.badge > 0 && <Badge count={news.badge} />}
        {news.badge === 0 && news.messages > 0 && <span className="unseen"> unread</span>}
      </button>
    </li>
  );
}
