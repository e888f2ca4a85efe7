using System.Text;

namespace Fovea.Distributed;

/// <summary>
/// Ranks over MPI: messages that do not block, asked again and again whether they have come, so that a rank that went missing is noticed. Nothing is copied:
/// MPI reads and writes the tensors' own memory.
/// </summary>
internal sealed class MpiTransport : ITransport
{
    private const int Tag = 0x0F0;
    private const int Serialized = 2;
    private const int Funneled = 1;

    // Counts are 32-bit numbers in MPI's interface; larger messages are cut.
    private const int LargestMessage = 1 << 30;
    private readonly MpiLibrary _mpi;
    private bool _isLost;

    /// <summary>Starts MPI in this process.</summary>
    /// <exception cref="MpiException">It cannot be.</exception>
    public MpiTransport(LaunchedRanks launched)
    {
        _mpi = MpiLibrary.Load(launched.IsOpenMpi);
        Check(MpiFunctions.MPI_Init_thread(0, 0, Serialized, out int provided), "MPI_Init_thread");
        Check(MpiFunctions.MPI_Comm_set_errhandler(_mpi.World, _mpi.ErrorsReturn), "MPI_Comm_set_errhandler");
        Check(MpiFunctions.MPI_Comm_rank(_mpi.World, out int rank), "MPI_Comm_rank");
        Check(MpiFunctions.MPI_Comm_size(_mpi.World, out int ranks), "MPI_Comm_size");
        if (provided < Funneled)
        {
            throw new MpiException($"MPI gives no support for threads (level {provided}); install a build with it.");
        }

        if (ranks != launched.Ranks)
        {
            throw new MpiException(
                $"The launcher started {launched.Ranks} ranks and MPI knows of {ranks}: the library is of another MPI than the launcher. Name the launcher's with {MpiLibrary.PathVariable}.");
        }

        (Rank, Ranks) = (rank, ranks);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Ranks { get; }

    /// <inheritdoc/>
    public string Host => Environment.MachineName;

    /// <inheritdoc/>
    public void Exchange(int to, ReadOnlySpan<byte> sent, int from, Span<byte> received, IWait wait)
    {
        try
        {
            for (long start = 0; start < Math.Max(sent.Length, received.Length); start += LargestMessage)
            {
                ExchangePart(to, sent[Of(start, sent.Length)], from, received[Of(start, received.Length)], wait);
            }
        }
        catch
        {
            // A message may still be under way: MPI must not be finished, which would wait for it.
            _isLost = true;
            throw;
        }

        static Range Of(long start, int length) => (int)Math.Min(start, length)..(int)Math.Min(start + LargestMessage, length);
    }

    /// <inheritdoc/>
    public void Abort(int exitCode)
    {
        _isLost = true;
        _ = MpiFunctions.MPI_Abort(_mpi.World, exitCode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_isLost)
        {
            _isLost = true;
            _ = MpiFunctions.MPI_Finalize();
        }
    }

    private void ExchangePart(int to, ReadOnlySpan<byte> sent, int from, Span<byte> received, IWait wait)
    {
        // The memory is native and stays where it is after the call, although its reference is handed over as if for the call alone.
        nint receiving = 0, sending = 0;
        bool isReceiving = from >= 0 && !received.IsEmpty, isSending = to >= 0 && !sent.IsEmpty;
        if (isReceiving)
        {
            Check(MpiFunctions.MPI_Irecv(ref received[0], received.Length, _mpi.Byte, from, Tag, _mpi.World, ref receiving), "MPI_Irecv", from);
        }

        if (isSending)
        {
            Check(MpiFunctions.MPI_Isend(in sent[0], sent.Length, _mpi.Byte, to, Tag, _mpi.World, ref sending), "MPI_Isend", to);
        }

        while (isReceiving || isSending)
        {
            isReceiving = isReceiving && !IsDone(ref receiving, from);
            isSending = isSending && !IsDone(ref sending, to);
            if (isReceiving || isSending)
            {
                wait.Pause(isReceiving ? from : to);
            }
        }
    }

    private bool IsDone(ref nint request, int rank)
    {
        Check(MpiFunctions.MPI_Test(ref request, out int isDone, _mpi.NoStatus), "MPI_Test", rank);
        return isDone != 0;
    }

    private static void Check(int code, string call, int rank = -1)
    {
        if (code == 0)
        {
            return;
        }

        byte[] text = new byte[1024];
        string said = MpiFunctions.MPI_Error_string(code, ref text[0], out int length) == 0 ? Encoding.UTF8.GetString(text, 0, length) : $"code {code}";
        throw rank < 0 ? new MpiException($"{call} failed: {said}.") : new RankLostException(rank, $"{call} with rank {rank} failed: {said}; go on from the last checkpoint with --resume.");
    }
}
