// A Bolt app that does what the bot does, written against Slack's SDK alone. The Go test beside it plays the people
// and judges by what they see; what only the app can know is printed, one JSON object a line.
import bolt from '@slack/bolt';

const say = (fact) => console.log(JSON.stringify(fact));
const section = (text) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (id, value, text) => ({ type: 'button', action_id: id, value, text: { type: 'plain_text', text } });
const plain = (text) => ({ type: 'plain_text', text });
const menu = { type: 'overflow', action_id: 'more', options: [
  { text: plain('Runbook'), value: 'k7f3.1 runbook', url: 'https://example.com/runbook' },
  { text: plain('Discard'), value: 'k7f3.1 discard' },
] };

const app = new bolt.App({
  token: process.env.BOT_TOKEN,
  appToken: process.env.APP_TOKEN,
  socketMode: true,
  logLevel: bolt.LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.API_URL },
});

let card;

app.command('/kafka-reset', async ({ command, ack, respond, client }) => {
  if (command.text === 'in the ack') {
    await ack({ text: 'from the ack', response_type: 'in_channel' });
    return;
  }
  await ack();
  if (command.text === 'form') {
    await client.views.open({
      trigger_id: command.trigger_id,
      view: {
        type: 'modal', callback_id: 'ask', title: plain('Reset'), submit: plain('Ask'), private_metadata: 'k7f3',
        blocks: [
          { type: 'input', block_id: 'why', label: plain('Reason'), element: { type: 'plain_text_input', action_id: 'reason' } },
          { type: 'input', block_id: 'which', label: plain('Group'), optional: true, element: { type: 'external_select', action_id: 'group', min_query_length: 2, placeholder: plain('search') } },
        ],
      },
    });
    return;
  }
  await respond({ text: 'preview', blocks: [section(`preview of ${command.text}`), { type: 'actions', elements: [button('ask', 'k7f3.1', 'Ask for approval')] }] });
});

app.action('ask', async ({ ack, action, body, respond, client }) => {
  await ack();
  say({ action: action.value, user: body.user.id, ephemeral: body.container.is_ephemeral });
  card = await client.chat.postMessage({
    channel: 'C0INC', text: 'card', blocks: [section('waiting for approval'), { type: 'actions', elements: [button('approve', 'k7f3.1', 'Approve'), menu] }],
  });
  await respond({ replace_original: true, text: 'asked', blocks: [section('asked')] });
});

app.action({ type: 'block_actions', action_id: 'more' }, async ({ ack, action, body }) => {
  await ack();
  say({ kind: action.type, action: action.selected_option.value, user: body.user.id });
});

app.action('approve', async ({ ack, body, client }) => {
  await ack();
  await client.chat.update({ channel: card.channel, ts: card.ts, text: 'card', blocks: [section(`approved by <@${body.user.id}>`)] });
  await client.chat.postMessage({ channel: card.channel, thread_ts: card.ts, text: 'decided' });
  await client.chat.postEphemeral({ channel: card.channel, user: body.user.id, text: 'thank you' });
  const members = await client.usergroups.users.list({ usergroup: 'S0PAY' });
  const user = await client.users.info({ user: body.user.id });
  say({ members: members.users, zone: user.user.tz, scopes: members.response_metadata.scopes });
  await client.files.uploadV2({ channel_id: card.channel, thread_ts: card.ts, filename: 'plan.csv', content: 'orders,0,49551\n' });
  await client.chat.postMessage({ channel: 'C0INC', text: 'x', blocks: [section('y'.repeat(3001))] }).catch((e) => {
    say({ error: e.data.error, messages: e.data.response_metadata.messages });
  });
});

app.options('group', async ({ ack, options }) => {
  await ack({ options: [{ text: plain(`${options.value}ling`), value: `${options.value}ling@prod-eu` }] });
});

app.view('ask', async ({ ack, view, body, client }) => {
  const reason = view.state.values.why.reason.value;
  if (reason.length < 5) {
    await ack({ response_action: 'errors', errors: { why: 'say more' } });
    return;
  }
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `${view.private_metadata}: ${reason}` });
});

app.event('app_mention', async ({ event, say: answer }) => {
  await answer({ text: `heard <@${event.user}>`, thread_ts: event.thread_ts ?? event.ts });
});

// The other ways in: shortcuts, the home tab, and a form whose inputs act.
const form = (kind) => ({
  type: 'modal', callback_id: 'form', notify_on_close: true, title: plain('Form'), submit: plain('Ask'), private_metadata: kind,
  blocks: [
    { type: 'input', block_id: 'policy', dispatch_action: true, label: plain('Policy'), element: { type: 'static_select', action_id: 'policy', options: [{ text: plain('Latest'), value: 'latest' }, { text: plain('Time'), value: 'time' }] } },
    { type: 'input', block_id: 'topics', optional: true, label: plain('Topics'), element: { type: 'multi_external_select', action_id: 'topics', min_query_length: 1 } },
    { type: 'input', block_id: 'when', optional: true, label: plain('When'), element: { type: 'datetimepicker', action_id: 'when' } },
  ],
});

app.shortcut({ type: 'shortcut', callback_id: 'reset' }, async ({ ack, shortcut, client }) => {
  await ack();
  say({ kind: shortcut.type, action: shortcut.callback_id, user: shortcut.user.id, bare: shortcut.channel === undefined && shortcut.response_url === undefined });
  await client.views.open({ trigger_id: shortcut.trigger_id, view: form('shortcut') });
});

app.shortcut({ type: 'message_action', callback_id: 'from-alert' }, async ({ ack, shortcut, respond }) => {
  await ack();
  const { message } = shortcut;
  say({ kind: shortcut.type, action: `${message.username}: ${message.attachments[0].title}`, user: shortcut.user.id, bare: message.ts === shortcut.message_ts });
  await respond(`read in ${shortcut.channel.id}`);
});

app.event('app_home_opened', async ({ event, client }) => {
  say({ kind: event.type, action: event.tab, user: event.user, bare: event.view === undefined });
  await client.views.publish({ user_id: event.user, hash: event.view?.hash, view: { type: 'home', callback_id: 'home', blocks: [section(`home of <@${event.user}>`), { type: 'actions', elements: [button('start', 'go', 'Reset...')] }] } });
});

app.action('start', async ({ ack, body, action, client }) => {
  await ack();
  say({ kind: body.container.type, action: `${body.view.type} ${action.value}`, user: body.user.id, bare: body.channel === undefined });
  await client.views.open({ trigger_id: body.trigger_id, view: form('home') });
});

app.action('policy', async ({ ack, body, action, client }) => {
  await ack();
  say({ kind: action.type, action: action.selected_option.value, user: body.user.id, values: body.view.state.values });
  const view = form(body.view.private_metadata);
  view.blocks.push({ type: 'input', block_id: 'rows', optional: true, label: plain('Rows'), element: { type: 'plain_text_input', action_id: 'rows', initial_value: 'orders,0,42' } });
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view });
});

app.options('topics', async ({ ack, options }) => {
  await ack({ option_groups: [{ label: plain('prod-eu'), options: [{ text: plain(`${options.value} topic`), value: `${options.value}-topic` }] }] });
});

app.view('form', async ({ ack, view, body }) => {
  say({ kind: body.type, action: view.private_metadata, user: body.user.id, values: view.state.values });
  await ack({ response_action: 'update', view: { type: 'modal', callback_id: 'form', notify_on_close: true, title: plain('Asked'), blocks: [section('asked')] } });
});

app.view({ type: 'view_closed', callback_id: 'form' }, async ({ ack, body, view }) => {
  await ack();
  say({ kind: body.type, action: view.title.text, user: body.user.id });
});

app.error(async (error) => say({ failure: String(error) }));

await app.start();
say({ ready: true });
process.stdin.resume();
process.stdin.on('end', async () => {
  await app.stop();
  process.exit(0);
});
