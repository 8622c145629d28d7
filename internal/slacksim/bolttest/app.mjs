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
  await answer({ text: `heard <@${event.user}>`, thread_ts: event.ts });
});

app.error(async (error) => say({ failure: String(error) }));

await app.start();
say({ ready: true });
process.stdin.resume();
process.stdin.on('end', async () => {
  await app.stop();
  process.exit(0);
});
