using System.Text;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Gateway;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Fuzzing;

namespace TPWallet.Tests.Gateway;

/// <summary>100,000 bodies, half of them mutations of valid ones, into the reading of every command that REST takes.</summary>
public sealed class RequestBodyFuzzTests
{
    private static readonly Guid _id = Guid.NewGuid();

    private static readonly Reading[] _readings =
    [
        Reading.Of<PacketCommand.Draft>(), Reading.Of<PacketCommand.Propose>(), Reading.Of<PacketCommand.CastVote>(), Reading.Of<PacketCommand.Cancel>(),
        Reading.Of<AccountCommand.Register>(), Reading.Of<AccountCommand.RequestKey>(), Reading.Of<AccountCommand.ProposeChange>(),
        Reading.Of<AccountCommand.VoteOnChange>(), Reading.Of<AccountCommand.Freeze>(),
    ];

    [Fact]
    public void Body_AnyBytes_AreOneCommandOrRefused()
    {
        byte[][] valid =
        [
            .. Commands().Select(static command => Encoding.UTF8.GetBytes(Bodies.Of(command))),

            // Not valid, but what mutations find too seldom: nothing in it, too deep, a union without its kind, white space around.
            "{}"u8.ToArray(), "{ }"u8.ToArray(), Encoding.UTF8.GetBytes("{\"reason\":" + new string('[', 40) + new string(']', 40) + "}"),
            Encoding.UTF8.GetBytes(Bodies.Draft.Replace("\"kind\":\"transfer\",", "", StringComparison.Ordinal)), " \r\n{\"revision\": 1}\t"u8.ToArray(),
        ];
        var codes = Fuzz.Run(Random.Shared.Next(), valid, static input =>
        {
            // Freeze and CastVote take one vote both; every other body fits one command only.
            Rejection? first = null;
            var taken = new HashSet<Type>();
            foreach (var reading in _readings)
            {
                var (command, rejection) = reading.Read(input);
                if (command is null == rejection is null || command?.CommandId is { } id && id != _id)
                    throw new InvalidOperationException("Neither a command of this id nor a refusal.");
                first ??= rejection;
                if (command is not null) taken.Add(command.GetType());
            }

            taken.Remove(typeof(PacketCommand.CastVote));
            if (taken.Count > 1) throw new InvalidOperationException($"Taken for {string.Join(" and ", taken)}.");
            return taken.Count == 1 ? null : first!.Code.ToString();
        }, JsonMutation.Apply);
        codes.Keys.Should().BeSubsetOf([
            "", nameof(RejectionCode.Malformed), nameof(RejectionCode.UnknownField), nameof(RejectionCode.TooLarge), nameof(RejectionCode.BadChecksum),
            nameof(RejectionCode.Overflow)]);
        codes.Should().ContainKeys("", nameof(RejectionCode.Malformed), nameof(RejectionCode.UnknownField), nameof(RejectionCode.TooLarge));
    }

    /// <summary>One of every command that a client may send, with every kind of leg, change and asset in it.</summary>
    private static IEnumerable<ICommand> Commands()
    {
        var governance = Governance.FromGenesis(Bodies.Genesis);
        var terms = VoteTerms.Of(governance);
        var asset = AssetId.Nft(People.Chain, "erc721", People.AddressOf("nft"), 42);
        yield return new PacketCommand.Draft(Guid.Empty, Bodies.Packet);
        yield return new PacketCommand.Draft(Guid.Empty, People.Packet(
            Bodies.Account, "many", People.Transfer("a", People.Ether, asset: People.Token), People.Transfer("b", 1, asset: asset)));
        yield return new PacketCommand.Propose(Guid.Empty, 1);
        yield return new PacketCommand.Cancel(Guid.Empty, "no longer wanted");
        yield return new AccountCommand.Register(Guid.Empty, Bodies.Genesis, People.Prove(Bodies.Genesis, People.All));
        yield return new AccountCommand.RequestKey(Guid.Empty, "hot", People.Chain, Tier.Hot);
        var packet = new VoteSubject.Packet(Bodies.Packet, Bounds.Empty);
        yield return new PacketCommand.CastVote(Guid.Empty, People.Ben.Vote(packet, terms, People.Start));
        yield return new AccountCommand.Freeze(Guid.Empty, People.Ana.Vote(new VoteSubject.Freeze(Bodies.Account, 1), terms, People.Start));
        AccountChange[] changes =
        [
            new AccountChange.NewPolicy(People.StandardPolicy with { Version = 2 }), new AccountChange.NewRoster(governance.Roster with { Version = 2 }),
            new AccountChange.AllowDestination(new(People.Chain, People.AddressOf("payee").Value)), new AccountChange.Unfreeze(1),
        ];
        foreach (var change in changes)
        {
            var proposal = new ChangeProposal("c1", Bodies.Account, 1, change, People.Ana.Id, People.Start);
            var vote = People.Ana.Vote(new VoteSubject.Change(proposal), terms, People.Start);
            yield return new AccountCommand.ProposeChange(Guid.Empty, proposal, vote);
            yield return new AccountCommand.VoteOnChange(Guid.Empty, "c1", vote);
        }
    }

    /// <summary>One way to read a body.</summary>
    private sealed record Reading(Func<byte[], (ICommand? Command, Rejection? Rejection)> Read)
    {
        public static Reading Of<T>()
            where T : class, ICommand => new(static input => RequestBody.Parse<T>(input, _id));
    }
}
