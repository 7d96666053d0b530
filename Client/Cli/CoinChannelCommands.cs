using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw channel coin: one side of a payment channel on a chain of the Bitcoin family. All but show and id needs an API key with scope Channels.</summary>
internal static class CoinChannelCommands
{
    public static Command Create() => new(
        "coin", "Payment channels on chains of the Bitcoin family (docs/channels.md). What a channel key may sign is voted: tpw change propose --coin-channels.")
    {
        Id(), Open(), Fund(), Show(), Pay(), Offer(), Fulfil(), Fail(), Fee(), End(), Close(), Look(),
    };

    private static Argument<CoinChannelRef> SideArgument() => new("side")
    {
        Description = "The channel's id, a slash, and the side that is the account's: 0x…/Opener or 0x…/Accepter.",
        CustomParser = static result =>
        {
            try
            {
                return CoinChannelRef.Parse(result.Tokens[0].Value);
            }
            catch (FormatException)
            {
                result.AddError($"\"{result.Tokens[0].Value}\" is not a channel id, a slash, and Opener or Accepter.");
                return default;
            }
        },
    };

    private static Argument<long> Msat() => new("amount") { Description = "Millisatoshis: a thousandth of a satoshi each." };

    private static Argument<long> Htlc() => new("id") { Description = "The HTLC's number among those that the peer offered." };

    private static Argument<string> Opening() => new("opening") { Description = "File with the opening as JSON: account, key, parties, terms, payout, peer (docs/channels.md)." };

    private static Command Id()
    {
        var file = Opening();
        return new Command("id", "Shows the id that the channel of an opening has. Asks nobody.") { file }.Runs(async (session, cancellationToken) =>
        {
            var opening = await Session.ReadAsync(session.Get(file), ContractJson.Default.CoinOpening, cancellationToken);
            session.Report.Show(opening.Parties, ContractJson.Default.CoinParties, console => Report.Line(console, $"{opening.Parties.Id}"));
            return ExitCode.Done;
        });
    }

    private static Command Open()
    {
        var (side, file) = (SideArgument(), Opening());
        return new Command("open", "Begins a channel; the other side begins it with the same parties and terms. `show` then says what address funds it.") { side, file }
            .Runs(async (session, cancellationToken) =>
            {
                var channels = await session.CoinChannelsAsync(cancellationToken);
                var opening = await Session.ReadAsync(session.Get(file), ContractJson.Default.CoinOpening, cancellationToken);
                return session.Report.Reply(await channels.OpenAsync(session.Key, session.Get(side), opening, cancellationToken), session.Key);
            });
    }

    private static Command Fund()
    {
        var output = new Option<SpentOutput>("--output")
        {
            Description = "The output that funds the channel: transaction id, colon, index.",
            Required = true,
            CustomParser = static result =>
            {
                var parts = result.Tokens[0].Value.Split(':');
                if (parts.Length == 2 && Bytes32.TryParse(parts[0].StartsWith("0x", StringComparison.Ordinal) ? parts[0] : "0x" + parts[0], out var txid)
                    && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return new(txid, index);
                result.AddError($"\"{result.Tokens[0].Value}\" is not a transaction id, a colon and an index.");
                return default;
            },
        };
        var file = new Option<string?>("--transaction")
        {
            Description = "File with the signed transaction in hex, which nobody may have sent: the silo sends it once both sides can get the money back. Without it, it is yours to "
                + "send, and not before `show` says Funding.",
        };
        return Sends("fund", "Says, at the opener, which output funds the channel.", [output, file], async (channels, session, account, side, ct) =>
        {
            var raw = session.Find(file) is { } path ? HexBytes.From(Convert.FromHexString((await File.ReadAllTextAsync(path, ct)).Trim())) : default(HexBytes?);
            return await channels.FundAsync(session.Key, account, side, session.Get(output), raw, ct);
        });
    }

    private static Command Show()
    {
        var (account, side) = (Session.AccountArgument(), SideArgument());
        return new Command("show", "Where a channel stands, and how much of it is the account's.") { account, side }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.CoinChannelsAsync(cancellationToken);
            var view = await channels.ReadAsync(session.Get(account), session.Get(side), cancellationToken) ?? throw Session.NotFound($"channel {session.Get(side)}");
            session.Report.Show(view, ContractJson.Default.CoinChannelView, console => Describe(console, view));
            return ExitCode.Done;
        });
    }

    private static Command Pay()
    {
        var amount = Msat();
        return Updates("pay", "Pays the peer. Done when neither can go back behind it.", [amount], session => new CoinUpdate.Pay(session.Get(amount)));
    }

    private static Command Offer()
    {
        var amount = Msat();
        var hash = Session.Required<Bytes32>("--hash", "SHA-256 of the preimage.");
        var expiry = new Option<uint>("--expiry") { Description = "The block height from which it can be taken back.", Required = true };
        return Updates("offer", "Begins a payment that whoever shows the preimage gets.", [amount, hash, expiry], session => new CoinUpdate.Offer(session.Get(amount), session.Get(hash), session.Get(expiry)));
    }

    private static Command Fulfil()
    {
        var id = Htlc();
        var preimage = Session.Required<Bytes32>("--preimage", "32 bytes whose hash it is.");
        return Updates("fulfil", "Takes an HTLC of the peer; while the channel closes, on the chain.", [id, preimage], session => new CoinUpdate.Fulfil(session.Get(id), session.Get(preimage)));
    }

    private static Command Fail()
    {
        var id = Htlc();
        return Updates("fail", "Gives an HTLC of the peer back.", [id], session => new CoinUpdate.Fail(session.Get(id)));
    }

    private static Command Fee()
    {
        var rate = new Argument<long>("feerate") { Description = "Satoshis per 1000 weight units." };
        return Updates("fee", "Sets, at the opener, what commitments pay.", [rate], session => new CoinUpdate.SetFee(session.Get(rate)));
    }

    private static Command End() => Sends("end", "Ends the channel together with the peer, once no HTLC is left.", [],
        static (channels, session, account, side, ct) => channels.EndAsync(session.Key, account, side, ct));

    private static Command Close() => Sends("close", "Leaves alone, by the newest commitment; what is ours comes after the delay. It cannot be taken back.", [],
        static (channels, session, account, side, ct) => channels.CloseAsync(session.Key, account, side, ct));

    private static Command Look() => Sends("look", "Has the chain looked at now; it is looked at twice a minute anyway.", [],
        static (channels, session, account, side, ct) => channels.LookAsync(session.Key, account, side, ct));

    /// <summary>An update of the book, which also tells what came of it.</summary>
    private static Command Updates(string name, string description, IReadOnlyList<Symbol> more, Func<Session, CoinUpdate> update)
    {
        var (account, side, command) = With(name, description, more);
        return command.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.CoinChannelsAsync(cancellationToken);
            var (of, at) = (session.Get(account), session.Get(side));
            var reply = await channels.UpdateAsync(session.Key, of, at, update(session), cancellationToken);
            if (reply is not CommandReply.Accepted) return session.Report.Reply(reply, session.Key);
            var id = channels.IdOf(session.Key, of, at);
            return await channels.FollowAsync(of, at, id, cancellationToken) is UpdateStanding.Refused refused
                ? session.Report.Refuse(refused.Rejection)
                : session.Report.Reply(reply, session.Key, ("update", $"{id}"));
        });
    }

    private static Command Sends(
        string name, string description, IReadOnlyList<Symbol> more, Func<RestCoinChannels, Session, AccountId, CoinChannelRef, CancellationToken, Task<CommandReply>> send)
    {
        var (account, side, command) = With(name, description, more);
        return command.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.CoinChannelsAsync(cancellationToken);
            return session.Report.Reply(await send(channels, session, session.Get(account), session.Get(side), cancellationToken), session.Key);
        });
    }

    private static (Argument<AccountId> Account, Argument<CoinChannelRef> Side, Command Command) With(string name, string description, IReadOnlyList<Symbol> more)
    {
        var (account, side) = (Session.AccountArgument(), SideArgument());
        var command = new Command(name, description) { account, side };
        foreach (var symbol in more)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        return (account, side, command);
    }

    private static void Describe(IAnsiConsole console, CoinChannelView view)
    {
        var (us, book) = (view.Ref.Us, view.Book);
        Report.Line(console, $"{view.Ref}: {view.Phase}{(view.Trouble is { } trouble ? $", {trouble}" : "")}");
        Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"state {book.Number}: ours {book.BalanceMsat(us)} msat, the peer's {book.BalanceMsat(us.Other())}, {view.Waiting} updates wait"));
        Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"at least {view.LeastMsat} msat is ours in whatever the channel can end by, less fees"));
        if (view is { Phase: CoinPhase.Opening, FundingAddress: { } address })
            Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"to be funded with {view.Opening.Terms.FundingSat} satoshis at {address}; send nothing before it is Funding"));
        if (view.Sight is { } sight)
        {
            Report.Line(console, string.Create(
                CultureInfo.InvariantCulture, $"at block {sight.Height}: {sight.FundingDepth} blocks on the funding{(sight.Spent is { } spent ? $", spent by {spent.Kind} {spent.Number}, {spent.Depth} blocks on it" : "")}"));
        }

        foreach (var htlc in book.Htlcs)
        {
            Report.Line(console, string.Create(
                CultureInfo.InvariantCulture, $"HTLC {htlc.Id} {(htlc.Offerer == us ? "to" : "from")} the peer: {htlc.AmountMsat} msat until block {htlc.Expiry}, hash {htlc.PaymentHash}"));
        }
    }
}
