using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Signer.Keys;
using TPWallet.Signer.Store;

namespace TPWallet.Signer;

/// <summary>
/// An opened signer: folder, secret, store, keys and service. The process serves it over a socket; tests and a development set-up may hold it in
/// their own process, which then also holds the keys.
/// </summary>
public sealed class SignerNode : IDisposable
{
    private readonly SignerSecrets _secrets;
    private readonly IFactStore _store;
    private readonly IFloorStore _floors;
    private readonly ICoinFloorStore _coinFloors;
    private readonly IKeyProvider _keys;

    /// <summary>A signer over parts that were opened elsewhere; it owns them from now on.</summary>
    internal SignerNode(SignerSecrets secrets, IFactStore store, IFloorStore floors, ICoinFloorStore coinFloors, IKeyProvider keys, TimeProvider time)
    {
        (_secrets, _store, _floors, _coinFloors, _keys) = (secrets, store, floors, coinFloors, keys);
        Service = new SignerService(store, floors, coinFloors, keys, secrets, new SignerClock(time));
    }

    /// <summary>The signer's calls. Safe from many threads.</summary>
    public ISignerPort Port => Service;

    internal SignerService Service { get; }

    /// <summary>Makes the folder of a new signer: root secret, certificates. Refuses a folder that has one.</summary>
    /// <param name="password">Protects the root secret by Argon2id; null leaves it in a file of mode 0600.</param>
    public static void Initialise(string folder, string? password, TimeProvider time) => SignerFolder.Create(folder, password, time);

    /// <summary>Opens a signer's folder and checks its store from the first fact to the last.</summary>
    /// <exception cref="IOException">Another process has it open.</exception>
    public static SignerNode Open(string folder, string? password, TimeProvider time)
    {
        var secrets = SignerFolder.OpenSecrets(folder, password);
        SignerStore? store = null;
        FloorStore? floors = null;
        CoinFloorStore? coinFloors = null;
        try
        {
            store = SignerStore.Open(folder, secrets.StoreKey());
            floors = FloorStore.Open(folder, secrets.FloorKey());
            coinFloors = CoinFloorStore.Open(folder, secrets.CoinFloorKey());
            return new(secrets, store, floors, coinFloors, new SoftwareKeys(secrets.Seal()), time);
        }
        catch
        {
            coinFloors?.Dispose();
            floors?.Dispose();
            store?.Dispose();
            secrets.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _keys.Dispose();
        _coinFloors.Dispose();
        _floors.Dispose();
        _store.Dispose();
        _secrets.Dispose();
    }
}
