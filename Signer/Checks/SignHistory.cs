using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>What was signed before, as far as it bears on one request.</summary>
/// <param name="Address">The key's address.</param>
/// <param name="AtNonce">At the payload's (chain, address, nonce), oldest first.</param>
/// <param name="OfPacket">Of any leg under the packet's id, oldest first.</param>
/// <param name="First">The packet's first signature with its number and time, or null.</param>
internal sealed record SignHistory(
    Address Address, ImmutableArray<Fact.IntentSigned> AtNonce, ImmutableArray<Fact.IntentSigned> OfPacket, StoredFact? First);
