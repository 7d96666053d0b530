using TPWallet.Client;
using TPWallet.Demo.Processes;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>
/// A program that pays by packets over REST, signed with its own API key. It sends a command with the same idempotency key until it knows the outcome, to
/// whichever silo serves; now and then it sends twice at once, or repeats what was answered, or gives up as one that dies does.
/// </summary>
internal sealed class ChaosClient(int number, Front front, ChaosTown town, CommandLog log, Chance chance)
{
    /// <summary>Most tries of one command; with the pauses between them it is longer than any fault.</summary>
    private const int MaxTries = 1_000;

    /// <summary>Most payments are small; one in so many has as many legs as a packet may.</summary>
    private const int SmallLegs = 8;
    private const int LargePerMillion = 500_000;

    private const int AbandonedPerMillion = 30_000;
    private const int DoubledPerMillion = 100_000;
    private const int RepeatedPerMillion = 50_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly List<PacketRef> _left = [];
    private readonly List<Task> _doubled = [];
    private int _packets;

    /// <summary>Pays until no more is to be begun. What is begun is brought to its end, then also what it had given up on.</summary>
    /// <param name="enough">No new packet after this.</param>
    /// <param name="bound">Gives up.</param>
    public async Task RunAsync(CancellationToken enough, CancellationToken bound)
    {
        while (!enough.IsCancellationRequested)
        {
            var payer = chance.Pick(town.Teams);
            var most = chance.Hit(LargePerMillion) ? PacketContent.MaxLegs : SmallLegs;
            var payees = Enumerable.Range(0, chance.Between(1, most)).Select(_ => chance.Pick(town.Teams)).Where(team => team != payer).Distinct().ToArray();
            if (payees.Length == 0) continue;
            var content = ChaosTown.Content(payer, $"c{number}-{_packets++}", payees.Select(team => (team.Id, (UInt256)(ulong)chance.Between(1, 1_000))));
            if (!await PayAsync(content, bound)) _left.Add(content.Ref);
        }

        foreach (var packet in _left) await CloseAsync(packet, bound);
        // Their answers count too.
        await Task.WhenAll(_doubled);
    }

    /// <returns>False if it was given up on.</returns>
    public async Task<bool> PayAsync(PacketContent content, CancellationToken bound)
    {
        var packet = content.Ref;
        var drafted = await SubmitAsync(packet, Operations.DraftPacket, "draft", (wallet, key, stop) => wallet.DraftPacketAsync(key, content, stop), bound);
        if (!IsAccepted(drafted)) return false;
        var proposed = await SubmitAsync(packet, Operations.ProposePacket, "propose", (wallet, key, stop) => wallet.ProposePacketAsync(key, packet, 1, cancellationToken: stop), bound);
        if (!IsAccepted(proposed)) return false;
        var view = await UntilAsync(packet, one => one.State is not ("draft" or "proposed"), bound);
        var subject = new VoteSubject.Packet(view.Content, view.Bounds!);
        var terms = VoteTerms.Of(packet.Owner, view.Assessment!);
        var first = chance.Below(Team.Owners.Length);
        for (var i = 0; i < 2; i++)
        {
            var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var vote = Team.Owners[(first + i) % Team.Owners.Length].Vote(subject, terms, now);
            log.Signed(vote);
            var cast = await SubmitAsync(packet, Operations.CastVote, $"vote{i}", (wallet, key, stop) => wallet.CastVoteAsync(key, packet, vote, stop), bound);
            if (!IsAccepted(cast)) return false;
        }

        var ended = await UntilAsync(packet, one => IsOver(one.State), bound);
        if (ended.State != "settled") throw new InvalidOperationException($"Packet {packet.Key} is {ended.State}: {ended.Rejection}.");
        log.CountSettled(content.Legs.Length);
        return true;
    }

    private static bool IsOver(string state) => state is "settled" or "rejected" or "expired" or "invalidated" or "cancelled" or "compensated";

    /// <summary>Whatever became of it: cancelled where that is still possible, else waited for.</summary>
    private async Task CloseAsync(PacketRef packet, CancellationToken bound)
    {
        await SubmitAsync(packet, Operations.CancelPacket, "cancel", (wallet, key, stop) => wallet.CancelPacketAsync(key, packet, "given up", stop), bound, mayAbandon: false);
        var silo = await front.AnyAsync(chance, bound);
        if (await silo.WalletOf(number).ReadPacketAsync(packet, bound) is not null) await UntilAsync(packet, one => IsOver(one.State), bound);
    }

    private static bool IsAccepted(CommandReply? reply) => reply switch
    {
        null => false,
        CommandReply.Accepted => true,
        CommandReply.Refused refused => throw new InvalidOperationException($"Nothing is wrong with the command, and it was refused: {refused.Rejection}."),
        _ => throw new UnreachableException(),
    };

    private async Task<CommandReply?> SubmitAsync(
        PacketRef packet,
        string operation,
        string what,
        Func<ITPWallet, IdempotencyKey, CancellationToken, Task<CommandReply>> send,
        CancellationToken bound,
        bool mayAbandon = true)
    {
        var key = new IdempotencyKey($"{packet.Id}-{what}");
        var id = key.CommandId(Stage.Tenant, operation, $"{packet.Owner}/{packet.Id}");
        var sent = log.First(new StreamName(Stage.Tenant, PacketDecider.Kind, packet.Key), new(id, $"{what} of {packet.Key}"));
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var silo = await front.AnyAsync(chance, bound);
            if (chance.Hit(DoubledPerMillion)) Double(OnceAsync(sent, await front.AnyAsync(chance, bound), key, send, bound));
            if (await OnceAsync(sent, silo, key, send, bound) is { } reply)
            {
                log.CountKnown();
                if (chance.Hit(RepeatedPerMillion)) await OnceAsync(sent, silo, key, send, bound);
                return reply;
            }

            if (mayAbandon && chance.Hit(AbandonedPerMillion))
            {
                log.CountAbandoned();
                return null;
            }

            await PlanClock.AfterAsync(Pause, bound);
        }

        throw new TimeoutException($"{what} of {packet.Key} had no outcome after {MaxTries} tries.");
    }

    private void Double(Task sending)
    {
        _doubled.RemoveAll(done => done.IsCompletedSuccessfully);
        _doubled.Add(sending);
    }

    /// <summary>The answer, or null where the outcome is not known.</summary>
    private async Task<CommandReply?> OnceAsync(
        int sent, ServingSilo silo, IdempotencyKey key, Func<ITPWallet, IdempotencyKey, CancellationToken, Task<CommandReply>> send, CancellationToken bound)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(bound, silo.Gone);
        try
        {
            var reply = await send(silo.WalletOf(number), key, stop.Token);
            log.Answered(sent, reply);
            return reply is CommandReply.Refused
            {
                Rejection.Code: RejectionCode.Retry or RejectionCode.Overloaded
                or RejectionCode.OutcomeUnknown or RejectionCode.ClockDoubtful
            } ? null : reply;
        }
        catch (OperationCanceledException) when (silo.Gone.IsCancellationRequested && !bound.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<PacketView> UntilAsync(PacketRef packet, Func<PacketView, bool> wanted, CancellationToken bound)
    {
        while (true)
        {
            var silo = await front.AnyAsync(chance, bound);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(bound, silo.Gone);
            try
            {
                await foreach (var view in silo.WalletOf(number).WatchPacketAsync(packet, 0, stop.Token))
                    if (wanted(view)) return view;
            }
            catch (Exception broken) when (!bound.IsCancellationRequested && broken is OperationCanceledException or RefusedException)
            {
                // That silo is gone, or says nothing for now: another one knows, or the same one later.
                await PlanClock.AfterAsync(Pause, bound);
            }
        }
    }
}
