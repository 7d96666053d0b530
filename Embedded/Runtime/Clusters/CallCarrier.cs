namespace Orleans.Runtime;

/// <summary>
/// The network between hosts, where a simulation wants one: registered as a service, it takes every call and every answer of its host and hands
/// each over later, twice, in another order, or never. Production registers none: silos of one process share its memory.
/// </summary>
internal abstract class CallCarrier
{
    /// <summary>Takes a call that starts at a silo, or at a client (null). Whoever receives it is chosen here; it enters by <see cref="Hand"/>.</summary>
    public abstract void Send(GrainCall call, Silo? from);

    /// <summary>Takes the answer of a call that ran at a silo; <paramref name="arrive"/> gives it to the caller.</summary>
    public abstract void Answer(GrainCall call, Silo from, Action arrive);

    /// <summary>The call has arrived at a silo.</summary>
    protected static void Hand(GrainCall call, Silo to) => to.Cluster.Deliver(call, null);

    /// <summary>The same message once more. Nobody waits for the answer of the copy.</summary>
    protected static GrainCall Copy(GrainCall call)
    {
        var copy = call.Entry.NewCall();
        copy.Entry = call.Entry;
        copy.Cluster = call.Cluster;
        copy.Target = call.Target;
        copy.Source = call.Source;
        copy.Arguments = [.. call.Arguments];
        copy.Context = call.Context;
        copy.Timeout = call.Timeout;
        copy.DropsExpired = call.DropsExpired;
        copy.Deadline = call.Deadline;
        return copy;
    }
}
