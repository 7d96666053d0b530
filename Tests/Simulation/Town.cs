using System.Collections.Immutable;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Simulation;

/// <summary>Who lives in a simulated world: some accounts, a shop, somebody outside who pays in, and somebody who does not exist.</summary>
internal sealed class Town
{
    private static readonly PrivateKey _payerKey = PrivateKey.From(System.Security.Cryptography.SHA256.HashData("tpw.simulation.payer"u8));

    private readonly World _world;
    private static readonly PrivateKey _taintedKey = PrivateKey.From(System.Security.Cryptography.SHA256.HashData("tpw.simulation.tainted"u8));

    /// <summary>Priced above every spike: these payers are not what is being tried.</summary>
    private static readonly UInt256 _usual = 500_000_000_000;

    private readonly Chance _chance;
    private readonly ulong[] _payments = new ulong[2];
    private int _names;
    private int _floods;

    public Town(World world, Chance chance)
    {
        (_world, _chance) = (world, chance);
        Teams = [.. Enumerable.Range(0, chance.Between(3, 4)).Select(i => new Team($"{world.Seed}/{i}", chance))];
        Nobody = new AccountId(Bytes32.From(Keccak256.Hash(BitConverter.GetBytes(world.Seed))));
        Payer = EthereumAddress.FromPublicKey(Secp256k1.CreatePublicKey(_payerKey, compressed: false));
        world.Chain.Endow(Payer, People.Ether * 1_000_000, 1_000_000_000_000);
        _floods = chance.Below(8) == 0 ? 1 : 0;
        world.Chain.Endow(Tainted, People.Ether * 1_000_000, 1_000_000_000_000);
    }

    public ImmutableArray<Team> Teams { get; }

    public AccountId Nobody { get; }

    public Address Shop { get; } = People.AddressOf("shop");

    /// <summary>Who stands on the operator's watch list: what goes there is held until two reviewers release it.</summary>
    public static Address Watched { get; } = People.AddressOf("watched");

    /// <summary>Somebody else on that list, who pays in: what he pays is held until two reviewers release it.</summary>
    public static Address Tainted { get; } = EthereumAddress.FromPublicKey(Secp256k1.CreatePublicKey(_taintedKey, compressed: false));

    public Address Payer { get; }

    /// <summary>Once in one world of eight.</summary>
    public bool TakesFloods() => _floods > 0 && _floods-- > 0;

    /// <summary>A number that no other client of this world gets.</summary>
    public int Next() => ++_names;

    /// <summary>Somebody outside pays an address in coin, and in tokens if an amount is given.</summary>
    public void PayIn(Address to, UInt256 wei, UInt256 tokens, bool tainted = false)
    {
        Send(to, wei, HexBytes.Empty, tainted);
        if (!tokens.IsZero) Send(ModelMachine.Token, UInt256.Zero, TokenCalls.Erc20Transfer(to, tokens), tainted);
    }

    /// <summary>Where there are pools to look into, some payers think better of it while it waits, and some payments are only talked of.</summary>
    private void Send(Address to, UInt256 wei, HexBytes data, bool tainted)
    {
        var nonce = _payments[tainted ? 1 : 0]++;
        if (!_world.HasPools || _chance.Below(5) > 1)
        {
            Take(Sign(nonce, _usual, to, wei, data, tainted));
            return;
        }

        _world.Chain.Rumour = Sign(nonce, _usual, to, wei * 1_000, data, tainted);
        Take(Sign(nonce, _usual - (_usual / 5), to, wei, data, tainted));
        _world.Time.After(_chance.Milliseconds(500, 9_000), () => Take(Sign(nonce, _usual, Shop, wei / 2, HexBytes.Empty, tainted)));
    }

    private void Take(ModelTransaction transaction) => _world.Chain.Take(transaction);

    private static ModelTransaction Sign(ulong nonce, UInt256 cap, Address to, UInt256 wei, HexBytes data, bool tainted)
    {
        var gas = data.Length == 0 ? ModelMachine.TransferGas : 60_000;
        var body = new EthereumTransaction.DynamicFee(People.Chain.EvmNumber, nonce, cap / 500, cap, gas, to, wei, data, []);
        return ModelTransaction.Read(body.Sign(tainted ? _taintedKey : _payerKey).Encode())!;
    }
}
