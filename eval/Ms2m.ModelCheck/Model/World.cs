using Ms2m.ModelCheck.Parts;

namespace Ms2m.ModelCheck;

/// <summary>One state of everything: publishers, broker, engine, node workers, source and shadow. Small, because the parts
/// with much inside stand in tables and are only numbers here.</summary>
internal sealed partial class World(Scene scene)
{
    public const string SourceId = "s";
    public const int FileNone = 0;
    public const int FileSource = 1;
    public const int FileShadow = 2;
    public const int FilePromoted = 3;
    private const int Nobody = -1;

    /// <summary>Processes by number; -1 when there is none.</summary>
    public int Source { get; private set; } = Nobody;

    public int Shadow { get; private set; } = Nobody;

    /// <summary>The source as it was when it was frozen, as it will wake up: what its connection held is lost in any case.</summary>
    public int Image { get; private set; } = Nobody;

    public int Engine { get; private set; }

    /// <summary>What the shadow's instance file says.</summary>
    public byte ShadowFile { get; private set; }

    public byte Published { get; private set; }

    /// <summary>Messages that did not go to R, as bits.</summary>
    public ulong Unbound { get; private set; }

    public WorldFlags Flags { get; private set; }

    public byte FaultsLeft { get; private set; }

    public Happened Happened { get; private set; }

    /// <summary>Lines of J that the shadow has read on this connection.</summary>
    public byte LinesRead { get; private set; }

    /// <summary>For each publisher: messages not yet in Q, and how many of them were routed before R was bound.</summary>
    public List<(byte Left, byte Early)> Publishers { get; } = [];

    public List<Item> Queue { get; } = [];

    public List<int> Journal { get; } = [];

    /// <summary>How often the effects of each message have arrived; more than 3 counts as 3.</summary>
    public List<byte> Effects { get; } = [];

    /// <summary>What the broker has acknowledgements of that it may not have written down, in their order. Kept only where it
    /// may forget them.</summary>
    public List<Item> Acknowledged { get; } = [];

    /// <summary>Messages whose handler has begun anywhere; kept only with <see cref="Acknowledged"/>.</summary>
    public byte Begun { get; private set; }

    /// <summary>Which messages have gone to the dead letters, as bits.</summary>
    public ulong Dead { get; private set; }

    public List<int> ToSource { get; } = [];

    public List<int> ToShadow { get; } = [];

    public List<int> ToNodes { get; } = [];

    public List<int> ToBroker { get; } = [];

    /// <summary>Copies of answers that the engine has heard already.</summary>
    public List<int> Late { get; } = [];

    /// <summary>What must never happen, when it has.</summary>
    public string? Violation { get; private set; }

    private bool MayForget => (scene.Bounds.Kinds & Fault.BrokerForgets) != 0;

    private Process? SourceProcess => Source < 0 ? null : scene.Processes[Source];

    private Process? ShadowProcess => Shadow < 0 ? null : scene.Processes[Shadow];

    private Engine Deciding => scene.Engines[Engine];

    private bool Has(WorldFlags flag) => (Flags & flag) != 0;

    private void Set(WorldFlags flag, bool on = true) => Flags = on ? Flags | flag : Flags & ~flag;

    public void Begin()
    {
        Source = scene.Processes.Start(SourceId);
        Engine = scene.Engines.Start();
        FaultsLeft = (byte)scene.Bounds.Faults;
        for (var each = 0; each < scene.Bounds.Publishers; each++)
        {
            var share = (scene.Bounds.Messages + each) / scene.Bounds.Publishers;
            Publishers.Add(((byte)share, 0));
        }
        Publishers.Sort();
        Take(scene.Engines.Ask(Engine, 0));
        // Connected before anything else happens: what comes before a migration is the daily life of a consumer.
        Apply(new Move(MoveKind.Link));
        Apply(new Move(MoveKind.RequestDone));
    }

    public int Encode(Span<byte> to)
    {
        var at = new Pen(to);
        at.Int(Source);
        at.Int(Shadow);
        at.Int(Image);
        at.Int(Engine);
        at.Byte(ShadowFile);
        at.Byte(Published);
        at.Long(Unbound);
        at.Short((ushort)Flags);
        at.Byte(FaultsLeft);
        at.Short((ushort)Happened);
        at.Byte(LinesRead);
        at.Long(Dead);
        foreach (var (left, early) in Publishers)
        {
            at.Byte(left);
            at.Byte(early);
        }
        Write(ref at, Queue);
        at.Ints(Journal);
        at.Byte((byte)Effects.Count);
        foreach (var effect in Effects)
        {
            at.Byte(effect);
        }
        at.Shorts(ToSource);
        at.Shorts(ToShadow);
        at.Shorts(ToNodes);
        at.Shorts(ToBroker);
        at.Shorts(Late);
        if (MayForget)
        {
            at.Byte(Begun);
            Write(ref at, Acknowledged);
        }
        return at.Length;
    }

    public void Decode(ReadOnlySpan<byte> from)
    {
        var at = new Eye(from);
        Source = at.Int();
        Shadow = at.Int();
        Image = at.Int();
        Engine = at.Int();
        ShadowFile = at.Byte();
        Published = at.Byte();
        Unbound = at.Long();
        Flags = (WorldFlags)at.Short();
        FaultsLeft = at.Byte();
        Happened = (Happened)at.Short();
        LinesRead = at.Byte();
        Dead = at.Long();
        Publishers.Clear();
        for (var each = 0; each < scene.Bounds.Publishers; each++)
        {
            Publishers.Add((at.Byte(), at.Byte()));
        }
        Read(ref at, Queue);
        at.Ints(Journal);
        Effects.Clear();
        for (var left = at.Byte(); left > 0; left--)
        {
            Effects.Add(at.Byte());
        }
        at.Shorts(ToSource);
        at.Shorts(ToShadow);
        at.Shorts(ToNodes);
        at.Shorts(ToBroker);
        at.Shorts(Late);
        if (MayForget)
        {
            Begun = at.Byte();
            Read(ref at, Acknowledged);
        }
        Violation = null;
    }

    private static void Write(ref Pen to, List<Item> items)
    {
        to.Byte((byte)items.Count);
        foreach (var item in items)
        {
            to.Byte(item.Place);
            to.Byte((byte)((item.Redelivered ? 1 : 0) | item.Migration << 1));
        }
    }

    private static void Read(ref Eye from, List<Item> into)
    {
        into.Clear();
        for (var left = from.Byte(); left > 0; left--)
        {
            var place = from.Byte();
            var marks = from.Byte();
            into.Add(new Item(place, (marks & 1) != 0, (byte)(marks >> 1)));
        }
    }
}

/// <summary>Facts about the broker and the nodes.</summary>
[Flags]
internal enum WorldFlags : ushort
{
    None = 0,
    ReplayBound = 1,
    JournalThere = 2,

    /// <summary>The checkpoint lies at the target.</summary>
    ImageArrived = 4,

    /// <summary>The source cannot reach the broker, and its control queue is gone.</summary>
    SourceCutOff = 8,
    TargetRemoved = 16,

    /// <summary>The source's node reports the end of its container.</summary>
    SourceWatched = 32,
    SourceNodeDown = 64,

    /// <summary>The broker lets the source in no more.</summary>
    SourceRevoked = 128,

    /// <summary>The broker lets the shadow in.</summary>
    ShadowGranted = 256,
}

/// <summary>What has happened that the outcome may depend on.</summary>
[Flags]
internal enum Happened : ushort
{
    Nothing = 0,
    LinkLost = 1,
    SourceDied = 1 << 1,
    ShadowDied = 1 << 2,
    Cancelled = 1 << 3,
    Early = 1 << 4,
    Repeated = 1 << 5,
    ReplayVanished = 1 << 6,
    CutOff = 1 << 7,

    /// <summary>The source died before its checkpoint had left the node, or while it was the truth again.</summary>
    StateDied = 1 << 8,

    /// <summary>The shadow has been told to take over.</summary>
    Committed = 1 << 9,

    /// <summary>The source was cut off until an earlier migration had ended.</summary>
    WasCutOff = 1 << 10,
}
