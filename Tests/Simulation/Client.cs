using Orleans;
using Orleans.Runtime;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Dapps;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.Payments;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// A program that uses the wallet as the SDK does: it repeats a command with the same id until it knows what became of it, or gives up. Sometimes it
/// repeats what was answered, sends twice at once, or mixes ids up. Every answer goes to the checks.
/// </summary>
internal sealed class Client(World world, IGrainFactory grains, Chance chance)
{
    private const int MaxTries = 8;

    public Chance Chance => chance;

    public World World => world;

    /// <summary>Commands and reads so far, without repetitions.</summary>
    public long Operations { get; private set; }

    public Guid NewId() => chance.Id();

    public Task<CommandReply?> Submit(AccountId account, AccountCommand command)
    {
        var grain = grains.GetGrain<IAccountGrain>(account.ToString());
        return Send(
            new(World.Tenant, "account", account.ToString()),
            command,
            () => grain.Submit(command),
            id => grain.Submit(new AccountCommand.RequestKey(id, "mixed-up", Domain.People.Chain, Tier.Hot)));
    }

    public Task<CommandReply?> Submit(PacketRef packet, PacketCommand command)
    {
        var grain = grains.GetGrain<ITokenPacketGrain>(packet.Key);
        return Send(
            new(World.Tenant, "packet", packet.Key),
            command,
            () => grain.Submit(command),
            id => grain.Submit(new PacketCommand.Cancel(id, "mixed up")));
    }

    /// <summary>What a reviewer or an outside service says of what is held.</summary>
    public Task<CommandReply?> Submit(string key, CaseCommand command)
    {
        var grain = grains.GetGrain<ICaseGrain>(key);
        return Send(
            new(World.Tenant, "case", key), command, () => grain.Submit(command),
            id => grain.Submit(new CaseCommand.Review(id, "mixed-up", ReviewDecision.Reject, "mixed up")));
    }

    /// <summary>What an operator does with a node.</summary>
    public Task<CommandReply?> Submit(string node, SupernodeCommand command)
    {
        var key = $"{Domain.People.Chain}/{node}";
        var grain = grains.GetGrain<ISupernodeGrain>(key);
        return Send(new(World.Tenant, "supernode", key), command, () => grain.Submit(command), id => grain.Submit(new SupernodeCommand.Cordon(id, "olga", "mixed up")));
    }

    /// <summary>What an operator says of the token's contract.</summary>
    public Task<CommandReply?> Submit(DappCommand command)
    {
        var key = DappKey.Of(Domain.People.Chain, ModelMachine.Token);
        var grain = grains.GetGrain<IDappGrain>(key);
        return Send(new(World.Tenant, "dapp", key), command, () => grain.Submit(command), id => grain.Submit(new DappCommand.RecordHolders(id, "mixed-up", 0)));
    }

    /// <summary>What an operator does with the chain.</summary>
    public Task<CommandReply?> Submit(TrackerCommand command)
    {
        var key = Domain.People.Chain.ToString();
        var grain = grains.GetGrain<IChainTrackerGrain>(key);
        return Send(
            new(World.Tenant, "tracker", key), command, () => grain.Submit(command), id => grain.Submit(new TrackerCommand.ResumeByOperator(id, "mixed-up")));
    }

    public Task<CommandReply?> Submit(ChannelRef side, ChannelCommand command)
    {
        var grain = grains.GetGrain<IChannelGrain>(side.ToString());
        return Send(new(World.Tenant, ChannelDecider.Kind, side.ToString()), command, () => grain.Submit(command), id => grain.Submit(new ChannelCommand.Pay(id, 999_999)));
    }

    public Task<CommandReply?> Submit(InvoiceRef invoice, InvoiceCommand command)
    {
        var grain = grains.GetGrain<IInvoiceGrain>(invoice.Key);
        return Send(new(World.Tenant, InvoiceDecider.Kind, invoice.Key), command, () => grain.Submit(command), id => grain.Submit(new InvoiceCommand.Create(id, new(TownChannels.Place, 77, world.Now + Span.Hours(1), ""))));
    }

    public Task<CommandReply?> Submit(PaymentRef payment, PaymentCommand command)
    {
        var grain = grains.GetGrain<IPaymentGrain>(payment.Key);
        return Send(
            new(World.Tenant, PaymentDecider.Kind, payment.Key), command, () => grain.Submit(command),
            id => grain.Submit(command is PaymentCommand.Begin begin ? begin with { CommandId = id, MostParts = begin.MostParts + 1 } : new PaymentCommand.Begin(id, "", TownChannels.Place, 77, 7, 1, world.Now + Span.Hours(1))));
    }

    public Task<InvoiceView?> Read(InvoiceRef invoice) => Ask(() => grains.GetGrain<IInvoiceGrain>(invoice.Key).Read());

    /// <summary>An account's channel key; made when it is asked for first.</summary>
    public Task<SignerAnswer<KeyAttestation>?> ReadChannelKey(AccountId account, Name key) =>
        Ask<SignerAnswer<KeyAttestation>?>(async () => await grains.GetGrain<IChannelKeyGrain>($"{account}/{key}").Read(Domain.People.Chain));

    public async Task<AccountView?> Read(AccountId account)
    {
        var view = await Ask(() => grains.GetGrain<IAccountGrain>(account.ToString()).Read());
        world.Checks.Seen(new StreamName(World.Tenant, "account", account.ToString()), view);
        return view;
    }

    public async Task<PacketView?> Read(PacketRef packet)
    {
        var view = await Ask(() => grains.GetGrain<ITokenPacketGrain>(packet.Key).Read());
        world.Checks.Seen(new StreamName(World.Tenant, "packet", packet.Key), view);
        return view;
    }

    /// <summary>The first page of what an account cannot spend yet.</summary>
    public async Task<IReadOnlyList<HeldDepositView>> ReadHeld(AccountId account) =>
        (await Ask(() => grains.GetGrain<IAccountGrain>(account.ToString()).ReadHeld(null, HeldDeposits.MaxPage)))?.Deposits is { IsDefault: false } held ? held : [];

    /// <summary>What a case asks an outside service.</summary>
    public Task<VerdictQuestion?> ReadQuestion(string key) => Ask(() => grains.GetGrain<ICaseGrain>(key).ReadQuestion());

    /// <summary>What only looks: the answer, or the default when none came.</summary>
    public async Task<T?> Ask<T>(Func<Task<T>> ask)
    {
        Operations++;
        try
        {
            return await ask();
        }
        catch (Exception exception) when (IsNoAnswer(exception))
        {
            return default;
        }
    }

    /// <summary>Asks once more, with the same id, until it is answered.</summary>
    public async Task Repeat(Request request)
    {
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            if (await Once(request.Sent, request.Send) is { } reply && !IsTransient(reply)) return;
            await world.Pause(chance.Milliseconds(200, 4_000 << Math.Min(attempt, 3)));
        }
    }

    private static bool IsNoAnswer(Exception exception) => exception is TimeoutException or OrleansException or IOException or OperationCanceledException;

    private static bool IsTransient(CommandReply reply) => reply is CommandReply.Refused
    {
        Rejection.Code: RejectionCode.Retry or RejectionCode.Overloaded
        or RejectionCode.OutcomeUnknown or RejectionCode.ClockDoubtful
    };

    private async Task<CommandReply?> Send(StreamName stream, ICommand command, Func<Task<CommandReply>> send, Func<Guid, Task<CommandReply>> mixUp)
    {
        Operations++;
        var sent = world.Checks.Commands.First(stream, command);
        var request = world.Requests.Add(this, sent, send);
        if (world.Faults.Hit(Fault.ClientDoubles)) _ = Once(sent, send);
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var reply = await Once(sent, send);
            if (reply is not null && !IsTransient(reply))
            {
                request.IsRefused = reply is CommandReply.Refused;
                if (world.Faults.Hit(Fault.ClientRepeats)) await Once(sent, send);
                if (reply is CommandReply.Accepted { Events.Length: > 0 } && world.Faults.Hit(Fault.ClientMixesUp)) await MixUp(sent, mixUp);
                return reply;
            }

            await world.Pause(chance.Milliseconds(200, 4_000 << Math.Min(attempt, 3)));
        }

        world.Tell($"a client gives up on {command}");
        return null;
    }

    private async Task<CommandReply?> Once(SentCommand sent, Func<Task<CommandReply>> send)
    {
        try
        {
            var reply = await send();
            if (world.IsTraced) world.Tell($"answer to {sent.Command.GetType().Name} {sent.Command.CommandId:N}: {Say(reply)}");
            world.Checks.Commands.Answered(sent, reply);
            return reply;
        }
        catch (Exception exception) when (IsNoAnswer(exception))
        {
            if (world.IsTraced) world.Tell($"no answer to {sent.Command.GetType().Name} {sent.Command.CommandId:N}: {exception.GetType().Name} {exception.Message}");
            return null;
        }
    }

    private async Task MixUp(SentCommand sent, Func<Guid, Task<CommandReply>> mixUp)
    {
        try
        {
            world.Checks.Commands.AnsweredMixedUp(sent, await mixUp(sent.Command.CommandId));
        }
        catch (Exception exception) when (IsNoAnswer(exception))
        {
            world.Tell("no answer to a mixed-up command");
        }
    }

    private static string Say(CommandReply reply) => reply switch
    {
        CommandReply.Accepted accepted => $"{accepted.Version} {string.Join(", ", accepted.Events)}",
        CommandReply.Refused refused => refused.Rejection.ToString(),
        _ => throw new UnreachableException(),
    };
}
