namespace Orleans.Runtime;

/// <summary>What an activation admits one after the other or interleaved: a grain call or a timer's tick.</summary>
internal abstract class Request : Turn
{
    /// <summary>The next in the activation's waiting list, which costs no memory of its own.</summary>
    public Request? NextWaiting;

    /// <summary>The activation that runs or holds the request.</summary>
    public Activation? Host;

    public abstract bool IsReadOnly { get; }

    public abstract bool IsAlwaysInterleave { get; }

    /// <summary>Whether the request is use that keeps the activation from being idle.</summary>
    public abstract bool IsKeepAlive { get; }

    /// <summary>Whether the request belongs to this activation alone and is dropped, not forwarded, when it ends.</summary>
    public abstract bool IsLocalOnly { get; }

    /// <summary>Ends the request without running it.</summary>
    public abstract void Fail(Exception exception);
}
