using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Accounts;
using TPWallet.Domain.Lanes;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using OpenAccount = TPWallet.Domain.Accounts.AccountState.Open;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// What the signer signed and what reached a node: one intent per nonce, one live nonce per leg, only what was reserved, within its budget, and nothing sent
/// that is not on disk.
/// </summary>
internal sealed class SigningCheck(World world, IReadOnlyDictionary<string, Mirror> streams)
{
    private readonly Dictionary<(Address From, ulong Nonce), EthereumTransaction.DynamicFee> _intents = [];
    private readonly Dictionary<(Address From, ulong Nonce), HashSet<Bytes32>> _byNonce = [];
    private readonly Dictionary<LegRef, SortedDictionary<ulong, HashSet<Bytes32>>> _byLeg = [];
    private readonly Dictionary<Bytes32, LegRef> _spends = [];
    private readonly Dictionary<Bytes32, Address> _signed = [];
    private readonly Dictionary<Guid, (Guid Id, Name Key, LegRef Leg)> _requests = [];
    private readonly HashSet<(LegRef Leg, ulong Nonce)> _signedBefore = [];

    public int Signatures => _signed.Count;

    /// <summary>Requests that the signer signed for, each once.</summary>
    public IEnumerable<(Guid Id, Name Key, LegRef Leg)> Requests => _requests.Values;

    /// <summary>Which leg a spend pays, if the signer signed it.</summary>
    public LegRef? LegOf(Bytes32 transaction) => _spends.TryGetValue(transaction, out var leg) ? leg : null;

    public bool IsSigned(LegRef leg) => _byLeg.ContainsKey(leg);

    public void Signed(SignRequest request, SignOutcome.Signed outcome)
    {
        var packet = request.Authorisation.Packet;
        if (ModelTransaction.Read(outcome.Raw.Span.ToArray()) is not { } made || made.Hash != outcome.TxHash)
        {
            world.Fail("signed", $"{request.RequestId} gave bytes that are no transaction");
            return;
        }

        var isNew = _signed.TryAdd(made.Hash, made.From);
        var noOp = made.Body.To == made.From && made.Body.Value.IsZero && made.Body.Data.Length == 0;
        var leg = new LegRef(packet.Ref, request.Payload switch
        {
            SigningPayload.EvmSpend spend => spend.Leg,
            SigningPayload.EvmNoOp close => close.Leg,
            _ => throw new UnreachableException(),
        });
        (_byNonce.TryGetValue((made.From, made.Body.Nonce), out var same) ? same : _byNonce[(made.From, made.Body.Nonce)] = []).Add(made.Hash);
        _requests.TryAdd(request.RequestId, (request.RequestId, request.Key, leg));
        if (noOp) return;
        OneIntent(made);
        OneNonce(leg, made);
        _spends[made.Hash] = leg;
        if (isNew) Reserved(leg, packet, made);
    }

    /// <summary>The journal was put back: what was signed until then can be mined whether its account holds it again or not.</summary>
    public void PutBack()
    {
        foreach (var (leg, nonces) in _byLeg) _signedBefore.UnionWith(nonces.Keys.Select(nonce => (leg, nonce)));
    }

    /// <summary>What was signed can be mined until its nonce is used: a leg is given back without a reason on the chain only if it never was.</summary>
    public void Add(StreamName stream, object @event)
    {
        if (@event is not AccountEvent.LegReleased { By: null } released) return;
        var leg = new LegRef(new(AccountId.Parse(stream.Key), released.Packet), released.Leg);
        if (_byLeg.ContainsKey(leg)) world.Fail("released-signed", $"{leg} is signed and was given back: {released.Reason}");
    }

    /// <summary>Bytes from an own address came to a node.</summary>
    public void Broadcast(ModelTransaction transaction)
    {
        if (!world.Checks.IsOwn(transaction.From)) return;
        if (!_signed.ContainsKey(transaction.Hash)) world.Fail("broadcast", $"{transaction.Hash} from {transaction.From} was never signed");
        var lane = streams.GetValueOrDefault($"{World.Tenant}/lane/{Domain.People.Chain}/{transaction.From}");
        var recorded = (lane?.State as LaneState)?.Entries.Values.Any(entry => entry.Signed?.Find(transaction.Hash) is not null);
        if (recorded != true) world.Fail("persist-before-act", $"{transaction.Hash} was broadcast before the lane of {transaction.From} had it on disk");
    }

    /// <summary>On the chain as it is, no leg was paid twice.</summary>
    public void PaidOnce(ModelBlock head)
    {
        var paid = new HashSet<LegRef>();
        foreach (var transaction in head.Ancestors().SelectMany(block => block.Transactions))
            if (LegOf(transaction.Hash) is { } leg && !paid.Add(leg)) world.Fail("paid-twice", $"{leg} was mined twice");
    }

    /// <summary>The inclusion used up this very nonce: a version of it that the signer was asked for before, and gives late, can never be mined beside it.</summary>
    private bool HasUsed(Inclusion? by, ModelTransaction made) =>
        by is not null && world.Chain.Find(by.Block.Hash)?.Transactions.Any(other => other.Hash == by.TxHash && other.From == made.From && other.Body.Nonce == made.Body.Nonce) == true;

    private void OneIntent(ModelTransaction made)
    {
        var key = (made.From, made.Body.Nonce);
        if (!_intents.TryAdd(key, made.Body) && (_intents[key].To, _intents[key].Value, _intents[key].Data) != (made.Body.To, made.Body.Value, made.Body.Data))
            world.Fail("one-intent-per-nonce", $"nonce {made.Body.Nonce} of {made.From}: {_intents[key].Value} to {_intents[key].To}, then {made.Body.Value} to {made.Body.To}");
    }

    /// <summary>A leg moves to another nonce only when its first one was used up by something else.</summary>
    private void OneNonce(LegRef leg, ModelTransaction made)
    {
        if (!_byLeg.TryGetValue(leg, out var nonces)) _byLeg[leg] = nonces = [];
        (nonces.TryGetValue(made.Body.Nonce, out var versions) ? versions : nonces[made.Body.Nonce] = []).Add(made.Hash);
        foreach (var (nonce, hashes) in nonces)
        {
            if (nonce == made.Body.Nonce) continue;
            var taken = world.Chain.Head.Ancestors().SelectMany(block => block.Transactions)
                .FirstOrDefault(other => other.From == made.From && other.Body.Nonce == nonce);
            if (taken is null || hashes.Contains(taken.Hash))
                world.Fail("two-live-payloads", $"{leg} was signed at nonces {nonce} and {made.Body.Nonce}, and both can be mined");
        }
    }

    /// <summary>A first signature follows a durable reservation of this very content, in time, and within its budget.</summary>
    private void Reserved(LegRef leg, PacketContent packet, ModelTransaction made)
    {
        var account = streams.GetValueOrDefault(new StreamName(World.Tenant, "account", packet.Ref.Owner.ToString()).ToString());
        var held = (account?.State as OpenAccount)?.Packets.GetValueOrDefault(packet.Ref.Id);
        var reservation = held?.ContentHash == Canonical.Hash(packet) ? held.Legs.Find(leg.Leg) : null;

        // A version with higher fees of what the lost tail had signed takes no more than its first one can: it waits for no account.
        var isRaised = reservation is null or { Stage: LegStage.Released { By: null } } && _signedBefore.Contains((leg, made.Body.Nonce));
        if (reservation is null && !isRaised) world.Fail("signed-unreserved", $"{leg} was signed and its content is not reserved");
        if (reservation?.Stage is LegStage.Released released && !isRaised && !HasUsed(released.By, made))
            world.Fail("signed-unreserved", $"{leg} was signed after it had been given back");
        var content = packet.Legs.First(one => one.Id == leg.Leg);
        if (!LegCall.Of(content).TryGet(out var call, out _) || (call.From, call.To, call.Value, call.Data) != (made.From, made.Body.To!.Value, made.Body.Value, made.Body.Data))
            world.Fail("realises", $"{leg} was signed as {made.Body}");
        else if (made.Body.MaxFeePerGas * made.Body.GasLimit > call.FeeBudget)
            world.Fail("fee-budget", $"{leg}: {made.Body.MaxFeePerGas} × {made.Body.GasLimit} is above {call.FeeBudget}");
        var first = _spends.Values.All(other => other.Packet != packet.Ref || other == leg) && _byLeg[leg].Values.Sum(versions => versions.Count) == 1;
        if (first) world.Checks.Authority.Signed(packet, world.Now);
        if (first && world.Now >= packet.OpenBefore) world.Fail("signed-late", $"{leg} was first signed at {world.Now}, open before {packet.OpenBefore}");
    }
}
