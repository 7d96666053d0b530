using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Signer;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>A signer in this process with one account of three members and one key, and the requests that a silo would make of it.</summary>
internal sealed class SignerScene : IDisposable
{
    public static readonly UInt256 Gwei = 1_000_000_000;

    private readonly SignerFolderUnderTest _folder = new();
    private Tuple<ImmutableArray<EnactedChange>, Governance>? _governance;

    private SignerScene(Policy? policy)
    {
        Genesis = People.GenesisOf(policy ?? People.StandardPolicy, People.All);
        Account = Canonical.AccountId(Genesis);
        Node = SignerNode.Open(_folder.Path, null, Clock);
    }

    public SettableClock Clock { get; } = new(People.Start.UnixMs);

    public SignerNode Node { get; private set; }

    public ISignerPort Port => Node.Port;

    public string Folder => _folder.Path;

    public Genesis Genesis { get; }

    public AccountId Account { get; }

    public KeyAttestation Key { get; private set; } = null!;

    public ImmutableArray<EnactedChange> Lineage { get; set; } = [];

    public Instant Now => new(Clock.UnixMs);

    public static async Task<SignerScene> CreateAsync(Policy? policy = null)
    {
        var scene = new SignerScene(policy);
        scene.Key = await scene.CreateKeyAsync("hot");
        return scene;
    }

    public async Task<KeyAttestation> CreateKeyAsync(Name key, ChainId? chain = null) =>
        (await Port.CreateKeyAsync(new(Genesis, key, chain ?? People.Chain, Tier.Hot), CancellationToken.None))
        .Should().BeOfType<SignerAnswer<KeyAttestation>.Given>().Subject.Value;

    /// <summary>Closes the signer and opens it again on its folder: what it knows it must have written.</summary>
    public void Restart()
    {
        Node.Dispose();
        Node = SignerNode.Open(_folder.Path, null, Clock);
    }

    /// <summary>What governs the account after its lineage; worked out anew only when that grew.</summary>
    public Governance Governance()
    {
        if (_governance is { } known && known.Item1 == Lineage) return known.Item2;
        var governance = ((Replayed.Whole)TPWallet.Domain.Authority.Lineage.Replay(Genesis, Lineage)).Governance;
        _governance = new(Lineage, governance);
        return governance;
    }

    /// <summary>A transfer of native coin from the scene's key.</summary>
    public Leg Transfer(Name leg, UInt256 amount, UInt256? fee = null) =>
        new Leg.ChainTransfer(leg, [], Key.Address, People.AddressOf("payee"), new(People.Eth, amount), new(fee ?? (Gwei * 10_000_000)));

    public PacketContent Packet(Name id, params ReadOnlySpan<Leg> legs) =>
        People.Packet(Account, id, legs) with { OpenBefore = Now + Span.Hours(24), SettleBefore = Now + Span.Hours(48) };

    public ImmutableArray<Vote> Votes(PacketContent packet, params ReadOnlySpan<Person> voters)
    {
        var (subject, terms) = (new VoteSubject.Packet(packet, Bounds.Empty), VoteTerms.Of(Governance()));
        var votes = ImmutableArray.CreateBuilder<Vote>();
        foreach (var voter in voters) votes.Add(voter.Vote(subject, terms, Now));
        return votes.ToImmutable();
    }

    /// <summary>A packet with the votes of Ana and Ben, as the silo would hold it.</summary>
    public PacketAuthorisation Bundle(PacketContent packet) => new(Genesis, Lineage, packet, Bounds.Empty, Votes(packet, People.Ana, People.Ben));

    /// <summary>The unsigned transaction that realises a leg.</summary>
    public EthereumTransaction.DynamicFee Transaction(Leg leg, ulong nonce, ulong feeGwei = 20, ulong gas = 21_000)
    {
        var call = LegCall.Of(leg).Value;
        return new(call.Chain.EvmNumber, nonce, Gwei * feeGwei / 10, Gwei * feeGwei, gas, call.To, call.Value, call.Data, []);
    }

    public SignRequest Spend(PacketAuthorisation bundle, Name leg, ulong nonce, ulong feeGwei = 20) =>
        Spend(bundle, leg, Transaction(bundle.Packet.Legs.Single(candidate => candidate.Id == leg), nonce, feeGwei));

    public SignRequest Spend(PacketAuthorisation bundle, Name leg, EthereumTransaction transaction) => new(
        Guid.NewGuid(), Key.Key, Key.Chain, new SigningPayload.EvmSpend(leg, transaction.UnsignedPayload()), bundle);

    public SignRequest NoOp(PacketAuthorisation bundle, Name leg, ulong nonce, ulong feeGwei)
    {
        var transaction = new EthereumTransaction.DynamicFee(
            Key.Chain.EvmNumber, nonce, Gwei * feeGwei / 10, Gwei * feeGwei, 21_000, Key.Address, UInt256.Zero, HexBytes.Empty, []);
        return new(Guid.NewGuid(), Key.Key, Key.Chain, new SigningPayload.EvmNoOp(leg, transaction.UnsignedPayload()), bundle);
    }

    /// <summary>A packet "pay" with one leg "a" of one ether at nonce 0.</summary>
    public SignRequest Plain() => Spend(Bundle(Packet("pay", Transfer("a", People.Ether))), "a", 0);

    public Task<SignOutcome> SignAsync(SignRequest request) => Port.SignAsync(request, CancellationToken.None);

    public async Task<SignOutcome.Signed> SignedAsync(SignRequest request)
    {
        var outcome = await SignAsync(request);
        return outcome.Should().BeOfType<SignOutcome.Signed>($"it says {outcome}").Subject;
    }

    public async Task<Rejection> RefusedAsync(SignRequest request)
    {
        var outcome = await SignAsync(request);
        return outcome.Should().BeOfType<SignOutcome.Refused>($"it says {outcome}").Subject.Rejection;
    }

    /// <summary>A change with the votes of Ana and Ben, after Cleo's proposal, as if enacted at <paramref name="enactedAt"/>.</summary>
    public EnactedChange Enact(AccountChange change, Instant enactedAt, params ReadOnlySpan<Person> voters)
    {
        var governance = Governance();
        var proposal = new ChangeProposal($"change-{governance.ChangesEnacted + 1}", Account, governance.ChangesEnacted + 1, change, People.Cleo.Id, Now);
        var votes = ImmutableArray.CreateBuilder<Vote>();
        foreach (var voter in voters) votes.Add(voter.Vote(new VoteSubject.Change(proposal), VoteTerms.Of(governance), Now));
        return new(proposal, votes.ToImmutable(), enactedAt);
    }

    public void Dispose()
    {
        Node.Dispose();
        _folder.Dispose();
    }
}
