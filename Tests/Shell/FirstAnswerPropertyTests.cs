using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Accounts;
using TPWallet.Tests.Journal;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Shell;

/// <summary>
/// One packet, one account with an activation in each of two silos, in any order: copies of the reservation (each may be the one that is answered first),
/// appends that hang and fail, money that comes and goes, the release, silos that start again.
/// </summary>
public sealed class FirstAnswerPropertyTests
{
    private const int Sequences = 40;
    private const int Steps = 24;

    private static readonly Amount _paid = new(Eth, Ether * 5);

    /// <summary>FsCheck tells the seed of a failing run and shrinks its sequence.</summary>
    [Fact]
    public void Answers_InAnyOrder_AreOneAnswer_AndWhatWasRefusedHoldsNothing()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ArrayOf(Steps).ToArbitrary(), sequence => RunAsync(sequence, seen))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
        seen.Should().Contain(["accepted", "refused", "released", "Retry", "OutcomeUnknown"], "the sequences must get that far");
    }

    private static async Task RunAsync(int[] sequence, SortedSet<string> seen)
    {
        await using var world = await World.StartAsync(seen);
        foreach (var choice in sequence) await world.NextAsync(choice % 8, choice / 8);
        await world.EndAsync();
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly MemoryStore _store = new() { IsShared = true };
        private readonly SiloBench?[] _silos = new SiloBench?[2];
        private readonly (Gate Gate, Task<CommandReply> Answer)?[] _hanging = new (Gate, Task<CommandReply>)?[2];
        private readonly AccountRun _plan = AccountRun.Registered();
        private readonly AccountCommand.Reserve _reserve;
        private readonly SortedSet<string> _seen;
        private CommandReply? _first;
        private int _deposits;

        private World(SortedSet<string> seen)
        {
            _seen = seen;
            var content = Packet(_plan.Open.Id, "p", new Leg.LedgerTransfer("pay", [], new AccountId(AccountRun.Hash("payee")), _paid));
            _reserve = _plan.Reserve(content, Ana, Cleo);
        }

        private AccountId Account => _plan.Open.Id;

        public static async Task<World> StartAsync(SortedSet<string> seen)
        {
            var world = new World(seen);
            for (var i = 0; i < world._silos.Length; i++) world._silos[i] = await SiloBench.StartAsync(world._store);
            var silo = world._silos[0]!;
            (await silo.Ask(world.Account, new AccountCommand.Register(Id("register"), StandardGenesis, Prove(StandardGenesis, All)))).ShouldBeAccepted();
            (await silo.Ask(world.Account, new AccountCommand.RequestKey(Id("key"), "hot", Chain, Tier.Hot))).ShouldBeAccepted();
            (await silo.Ask(world.Account, new AccountCommand.AttachAddress(Id("attach"), AccountRun.Attest(world.Account, "hot")))).ShouldBeAccepted();
            return world;
        }

        public async Task NextAsync(int kind, int pick)
        {
            var at = pick % 2;
            switch (kind)
            {
                case 0 or 1 when _hanging[at] is null:
                    Hear(await _silos[at]!.Tell(Account, _reserve));
                    break;
                case 2 when _hanging[at] is null:
                    await HangAsync(at);
                    break;
                case 2 or 3 when _hanging[at] is not null:
                    await LetGoAsync(at, (MemoryFault)(pick / 2 % 5));
                    break;
                case 4 when _hanging[at] is null:
                    await _silos[at]!.Tell(Account, AccountRun.Credit(Deposit(_deposits++)));
                    break;
                case 5 when _hanging[at] is null && _deposits > 0:
                    var lost = Deposit(pick % _deposits);
                    await _silos[at]!.Tell(Account, new AccountCommand.ReverseDeposit(Id($"reverse {lost.TxHash}"), lost, lost.Block.Hash));
                    break;
                case 6 when _hanging[at] is null && _first is CommandReply.Accepted:
                    await ReleaseAsync(_silos[at]!);
                    break;
                case 7 when _hanging[at] is null:
                    await RestartAsync(at);
                    break;
                default:
                    break;
            }
        }

        /// <summary>Everything that hangs ends, the packet hears what it still waits for; then either it holds what it asked for, or nothing is held.</summary>
        public async Task EndAsync()
        {
            for (var at = 0; at < _silos.Length; at++) await LetGoAsync(at, MemoryFault.None);
            for (var at = 0; at < _silos.Length; at++) Hear(await _silos[at]!.Ask(Account, _reserve));
            _first.Should().NotBeNull();
            var disk = await _silos[0]!.DiskAsync(Account);
            var held = disk.Packets.TryGetValue(_reserve.Packet.Ref.Id, out var packet) && packet.Legs["pay"].Stage is LegStage.Held;
            disk.Ledger.Of(Book.Reserved, Eth).Balance.Should().Be(held ? _paid.Value : UInt256.Zero);
            // While it is under way it is whole, and when it is over its name is there.
            var over = disk.Ended.At.Keys.Select(static subject => subject.Value).Where(static subject => subject.StartsWith("packet|", StringComparison.Ordinal));
            var known = disk.Packets.Keys.Select(static id => $"packet|{id}").Concat(over);
            if (_first is CommandReply.Refused) known.Should().BeEmpty("the packet was refused, and ended");
            else known.Should().Equal($"packet|{_reserve.Packet.Ref.Id}");
            _seen.Add(_first is CommandReply.Refused ? "refused" : "accepted");
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var silo in _silos) await silo!.DisposeAsync();
        }

        /// <summary>A copy whose append is held back; it is decided, and nobody knows yet.</summary>
        private async Task HangAsync(int at)
        {
            var gate = new Gate();
            _silos[at]!.Journal.Intercept = gate.Hold;
            var answer = _silos[at]!.Tell(Account, _reserve);
            if (await Task.WhenAny(answer, gate.WaitForOneAsync()) == answer && answer.IsCompleted)
            {
                // Known already, or an activation that was overtaken: nothing was to be written.
                _silos[at]!.Journal.Intercept = null;
                Hear(await answer);
                return;
            }

            _hanging[at] = (gate, answer);
        }

        private async Task LetGoAsync(int at, MemoryFault fault)
        {
            if (_hanging[at] is not var (gate, answer)) return;
            _hanging[at] = null;
            _silos[at]!.Journal.Intercept = null;
            await gate.LetGoAsync(fault);
            Hear(await answer);
        }

        private async Task RestartAsync(int at)
        {
            await _silos[at]!.DisposeAsync();
            _silos[at] = await SiloBench.StartAsync(_store);
        }

        private async Task ReleaseAsync(SiloBench silo)
        {
            var release = new AccountCommand.ReleaseLeg(Id("release"), new(_reserve.Packet.Ref, "pay"), UInt256.Zero, "cancelled");
            if (await silo.Tell(Account, release) is CommandReply.Accepted { Events.IsEmpty: false }) _seen.Add("released");
        }

        /// <summary>The packet takes the first answer that decides; every other one must say the same.</summary>
        private void Hear(CommandReply reply)
        {
            if (reply is CommandReply.Refused { Rejection.Code: RejectionCode.Retry or RejectionCode.OutcomeUnknown or RejectionCode.Overloaded } busy)
            {
                _seen.Add($"{busy.Rejection.Code}");
                return;
            }

            _first ??= reply;
            reply.GetType().Should().Be(_first.GetType(), "the first answer was {0}, this one is {1}", _first, reply);
            if (reply is CommandReply.Refused refused) refused.Should().Be(_first);
        }

        private Deposit Deposit(int number) => _plan.Deposit(new(Eth, Ether * 5), $"deposit {number}");
    }
}
