namespace TPWallet.Grains.Shell;

/// <summary>The generation of events that this silo may write now: what every silo reads. It only rises, so an old look at it is a safe one.</summary>
public sealed class EventGeneration(int writes)
{
    private int _writes = writes;

    public int Writes => Volatile.Read(ref _writes);

    public void RaiseTo(int writes)
    {
        if (writes > Writes) Volatile.Write(ref _writes, writes);
    }
}
