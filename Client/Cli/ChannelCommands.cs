using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Spectre.Console;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw channel: one side of a payment channel, step by step. All but show needs an API key with scope Channels.</summary>
internal static class ChannelCommands
{
    public static Command Create() => new(
        "channel", "Payment channels of an account (docs/channels.md). What a channel key may sign is voted: tpw change propose --channels. Needs an API key with scope Channels.")
    {
        Key(), OnionKey(), Open(), Show(), Ledger(), KeyBooksCommands.Create(), Capacity(), Pay(), ChannelSendCommand.Create(), InvoiceCommands.Create(), PaymentCommands.Create(), RebalanceCommand.Create(),
        CoinChannelCommands.Create(), Offer(), Fulfil(), Fail(), Withdraw(), End(), Close(), Look(), Tower(), Announce(),
    };

    internal static Argument<ChannelRef> SideArgument(string name = "side") => new(name)
    {
        Description = "The channel's id, a slash, and the side that is the account's: 0x…/A or 0x…/B.",
        CustomParser = static result =>
        {
            try
            {
                return ChannelRef.Parse(result.Tokens[0].Value);
            }
            catch (FormatException)
            {
                result.AddError($"\"{result.Tokens[0].Value}\" is not a channel id, a slash, and A or B.");
                return default;
            }
        },
    };

    internal static Argument<UInt256> AmountArgument() => new("amount")
    {
        Description = "Base units of the channel's token.",
        CustomParser = static result => ParseAmount(result) ?? default,
    };

    internal static Option<UInt256?> AmountOption(string name, string description) => new(name) { Description = description, CustomParser = ParseAmount };

    private static UInt256? ParseAmount(ArgumentResult result)
    {
        if (UInt256.TryParse(result.Tokens[0].Value, out var amount)) return amount;
        result.AddError($"\"{result.Tokens[0].Value}\" is not a number of base units in digits.");
        return null;
    }

    private static Argument<long> NumberArgument() => new("number") { Description = "The lock's number among those that the peer offered." };

    private static Command Key()
    {
        var account = Session.AccountArgument();
        var name = Session.NameArgument("key", "Name of the channel key; made when it is first asked for.");
        var chain = Session.Required<ChainId>("--chain", "An EVM chain, such as eip155:1, or one of the Bitcoin family.");
        return new Command("key", "Shows the address of a channel key, and on a chain of the Bitcoin family its public key: a party of channels. Nothing may be sent to it.") { account, name, chain }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var attestation = await channels.ReadKeyAsync(session.Get(account), session.Get(name), session.Get(chain), cancellationToken) ?? throw Session.NotFound("that account");
            session.Report.Show(attestation, ContractJson.Default.KeyAttestation, console => Report.Line(console, attestation.Chain.IsBitcoin ? $"{attestation.PublicKey}" : $"{attestation.Address}"));
            return ExitCode.Done;
        });
    }

    private static Command OnionKey()
    {
        var account = Session.AccountArgument();
        var name = Session.NameArgument("key", "Name of the channel key.");
        return new Command("onion-key", "Shows under which key payers write what the account reads in an onion; for `send` of others.") { account, name }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var key = await channels.ReadOnionKeyAsync(session.Get(account), session.Get(name), cancellationToken) ?? throw Session.NotFound("that account");
            session.Report.Show(key, ContractJson.Default.OnionKeyView, console => Report.Line(console, $"{key.PublicKey}"));
            return ExitCode.Done;
        });
    }

    private static Command Open()
    {
        var side = SideArgument();
        var file = new Argument<string>("opening") { Description = "File with the opening as JSON: account, key, facts, terms, peer (docs/channels.md)." };
        return new Command("open", "Begins with a channel that stands on chain. It is open once `show` says so.") { side, file }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var opening = await Session.ReadAsync(session.Get(file), ContractJson.Default.ChannelOpening, cancellationToken);
            return session.Report.Reply(await channels.OpenAsync(session.Key, session.Get(side), opening, cancellationToken), session.Key);
        });
    }

    private static Command Show()
    {
        var (account, side) = (Session.AccountArgument(), SideArgument());
        return new Command("show", "What both signed last, and how much of it is the account's.") { account, side }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var view = await channels.ReadAsync(session.Get(account), session.Get(side), cancellationToken) ?? throw Session.NotFound($"channel {session.Get(side)}");
            session.Report.Show(view, ContractJson.Default.ChannelView, console => Describe(console, view));
            return ExitCode.Done;
        });
    }

    private static Command Ledger()
    {
        var (account, side) = (Session.AccountArgument(), SideArgument());
        return new Command("ledger", "The side's double entries, and whether they agree with the channel's state and the chain; exit code 1 where they do not.") { account, side }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var view = await channels.ReadLedgerAsync(session.Get(account), session.Get(side), cancellationToken) ?? throw Session.NotFound($"channel {session.Get(side)}");
            session.Report.Show(view, ContractJson.Default.ChannelLedgerView, console => Describe(console, view));
            return view.Differences.IsEmpty ? ExitCode.Done : ExitCode.Refused;
        });
    }

    private static Command Capacity()
    {
        var (account, side) = (Session.AccountArgument(), SideArgument());
        return new Command("capacity", "What the account can pay and be paid over all channels of this one's key, contract and token, and how capacity is spread among all that are known.") { account, side }
            .Runs(async (session, cancellationToken) =>
            {
                var channels = await session.ChannelsAsync(cancellationToken);
                var channel = await channels.ReadAsync(session.Get(account), session.Get(side), cancellationToken) ?? throw Session.NotFound($"channel {session.Get(side)}");
                var facts = channel.Opening.Facts;
                var view = await channels.ReadCapacityAsync(session.Get(account), channel.Opening.Key, new(facts.Chain, facts.Manager, facts.Token), cancellationToken)
                    ?? throw Session.NotFound("that account");
                session.Report.Show(view, ContractJson.Default.CapacityView, console =>
                {
                    Report.Line(console, $"can pay {view.Outbound} and be paid {view.Inbound}, over {view.Channels.Length} open channels{(view.Others > 0 ? $" and {view.Others} more" : "")}");
                    foreach (var one in view.Channels) Report.Line(console, $"{one.Side}: pays {one.Outbound}, is paid {one.Inbound}, of {one.Capacity}");
                    var all = view.Network;
                    Report.Line(console, $"network: {all.Channels} channels with {all.Sum}; a tenth up to {all.Tenth}, half {all.Median}, nine tenths {all.NineTenths}, the largest {all.Largest}");
                });
                return ExitCode.Done;
            });
    }

    private static Command Pay()
    {
        var amount = AmountArgument();
        return Sends("pay", "Pays the peer. Done when a state that holds it has both signatures.", Operations.PayChannel, [amount],
            (channels, session, account, side, ct) => channels.PayAsync(session.Key, account, side, session.Get(amount), ct));
    }

    private static Command Offer()
    {
        var amount = AmountArgument();
        var expiry = new Option<ulong>("--expiry") { Description = "Last second, since 1970 by the chain's clock, at which the secret pays on chain.", Required = true };
        var hash = new Option<Bytes32?>("--hash") { Description = "SHA-256 of the secret.", CustomParser = static result => Session.Parse<Bytes32>(result) };
        var point = new Option<Address?>("--point") { Description = "Address of the secret's point on secp256k1.", CustomParser = static result => Session.Parse<Address>(result) };
        return Sends("offer", "Locks an amount for the peer, by a hash or a point.", Operations.OfferLock, [amount, expiry, hash, point], (channels, session, account, side, ct) =>
        {
            var (kind, target) = (session.Find(hash), session.Find(point)) switch
            {
                ({ } of, null) => (LockKind.Hash, of),
                (null, { } at) => (LockKind.Point, Bytes32.From([.. new byte[12], .. at.ToArray()])),
                _ => throw new ArgumentException("Give one of --hash and --point."),
            };
            return channels.OfferAsync(session.Key, account, side, session.Get(amount), session.Get(expiry), kind, target, null, ct);
        });
    }

    private static Command Fulfil()
    {
        var number = NumberArgument();
        var secret = Session.Required<Bytes32>("--secret", "32 bytes that open the lock.");
        return Sends("fulfil", "Takes what the peer locked.", Operations.FulfilLock, [number, secret],
            (channels, session, account, side, ct) => channels.FulfilAsync(session.Key, account, side, session.Get(number), session.Get(secret), ct));
    }

    private static Command Fail()
    {
        var number = NumberArgument();
        return Sends("fail", "Gives back what the peer locked.", Operations.FailLock, [number],
            (channels, session, account, side, ct) => channels.FailAsync(session.Key, account, side, session.Get(number), ct));
    }

    private static Command Withdraw()
    {
        var amount = AmountArgument();
        return Sends("withdraw", "Takes an amount out of the open channel, to where the mandate says. Done when both have signed that it is spent; `show` says how far its payout is.",
            Operations.WithdrawChannel, [amount], (channels, session, account, side, ct) => channels.WithdrawAsync(session.Key, account, side, session.Get(amount), ct));
    }

    private static Command End() => Sends("end", "Agrees with the peer on the last state; no lock may be left.", Operations.EndChannel, [],
        static (channels, session, account, side, ct) => channels.EndAsync(session.Key, account, side, ct));

    private static Command Close() => Sends(
        "close", "Closes on chain without the peer, by the newest state. It cannot be taken back; what is ours comes after the contract's window.", null, [],
        static (channels, session, account, side, ct) => channels.CloseAsync(session.Key, account, side, ct));

    private static Command Look() => Sends("look", "Has the channel looked up on the chain, as after a deposit.", null, [],
        static (channels, session, account, side, ct) => channels.LookAsync(session.Key, account, side, ct));

    private static Command Tower()
    {
        var tower = new Option<Name?>("--at") { Description = "The operator, by its name among Peers:Operators; absent: nobody guards it any more.", CustomParser = static result => Session.Parse<Name>(result) };
        var wait = new Option<bool>("--wait") { Description = "Acknowledge and carry on nothing before the tower has the state: safer, slower, and at a stand while the tower is away." };
        return Sends("tower", "Has another operator's tower answer closes by old states while this deployment cannot.", null, [tower, wait],
            (channels, session, account, side, ct) => channels.SetTowerAsync(session.Key, account, side, session.Find(tower), session.Find(wait), ct));
    }

    private static Command Announce()
    {
        var stop = new Option<bool>("--stop") { Description = "They are not told of it any more." };
        return Sends("announce", "Has other operators told of this side, so that payments of theirs find their way over it. They learn of the channel once both sides are announced.", null, [stop],
            (channels, session, account, side, ct) => channels.SetPublicAsync(session.Key, account, side, !session.Get(stop), ct));
    }

    /// <summary>A command on one side; what asks for an update of the state also tells what came of it.</summary>
    private static Command Sends(
        string name, string description, string? operation, IReadOnlyList<Symbol> more,
        Func<RestChannels, Session, AccountId, ChannelRef, CancellationToken, Task<CommandReply>> send)
    {
        var (account, side) = (Session.AccountArgument(), SideArgument());
        var command = new Command(name, description) { account, side };
        foreach (var symbol in more)
        {
            if (symbol is Argument argument) command.Add(argument);
            else command.Add((Option)symbol);
        }

        return command.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var reply = await send(channels, session, session.Get(account), session.Get(side), cancellationToken);
            if (operation is null || reply is not CommandReply.Accepted) return session.Report.Reply(reply, session.Key);
            var update = channels.IdOf(session.Key, operation, session.Get(account), session.Get(side));
            return await channels.FollowAsync(session.Get(account), session.Get(side), update, cancellationToken) is UpdateStanding.Refused refused
                ? session.Report.Refuse(refused.Rejection)
                : session.Report.Reply(reply, session.Key, ("update", $"{update}"));
        });
    }

    private static void Describe(IAnsiConsole console, ChannelLedgerView view)
    {
        Report.Line(console, string.Create(
            CultureInfo.InvariantCulture, $"state {view.Nonce}, chain looked at in block {view.Block}{(view.SettledBy is { } nonce ? $", settled by state {nonce}" : "")}"));
        foreach (var account in view.Accounts) Report.Line(console, $"{account.Account}: {account.Balance}");
        foreach (var posting in view.Postings) Report.Line(console, $"{posting.Kind}, {posting.From} to {posting.To}: {posting.Amount}");
        foreach (var difference in view.Differences) Report.Line(console, $"DIFFERENCE {difference.What}: {difference.Expected} expected, {difference.Actual} found");
        if (view.Differences.IsEmpty) Report.Line(console, "ledger, state and chain agree");
    }

    private static void Describe(IAnsiConsole console, ChannelView view)
    {
        var (us, book) = (view.Ref.Us, view.Book);
        Report.Line(console, $"{view.Ref}: {view.Phase}{(view.Frozen ? ", frozen" : "")}{(view.IsAnnounced ? ", on the map" : "")}{(view.IsPublic ? ", public" : "")}{(view.Trouble is { } trouble ? $", {trouble}" : "")}");
        Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"state {book.Nonce}: ours {book.Balance.Of(us)}, the peer's {book.Balance.Of(us.Other())}, {view.Waiting} updates wait"));
        Report.Line(console, $"at least {view.Least} is ours in whatever the peer can close with; deposited {view.Deposits.Of(us)}, by the peer {view.Deposits.Of(us.Other())}");
        if (!book.Withdrawn.Sum.IsZero)
        {
            var leave = view.Leave is { } order ? $"; an order of ours up to {order.Total}, good until {order.Expiry}, {(order.IsGiven ? "has the peer's signature" : "waits for the peer's signature")}" : "";
            Report.Line(console, string.Create(
                CultureInfo.InvariantCulture,
                $"withdrawn {book.Withdrawn.Of(us)}, of it on chain {view.Withdrawn.Of(us)}; by the peer {book.Withdrawn.Of(us.Other())}, of it on chain {view.Withdrawn.Of(us.Other())}{leave}{(view.IsUnpaid ? "; the payout is under way" : "")}"));
        }

        if (view.Stage != ChannelStage.Open) Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"on chain: {view.Stage}{(view.ClosesAt > 0 ? $", can be settled from second {view.ClosesAt} on" : "")}"));
        if (view.Act is { } act) Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"{act.Kind} by state {act.Nonce} is under way: packet {act.Packet}"));
        if (view.Tower is { } tower)
            Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"guarded by {tower.Tower}{(tower.Waits ? ", waited for" : "")}: has state {tower.Handed}, {tower.Behind} signed since{(tower.Trouble is { } refused ? $", {refused}" : "")}"));
        foreach (var open in book.Locks)
        {
            Report.Line(console, string.Create(
                CultureInfo.InvariantCulture, $"lock {open.Number} {(open.Offerer == us ? "to" : "from")} the peer: {open.Amount} until {open.Expiry}, {open.Kind} {open.Target}"));
        }
    }
}
