using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Tests.Support;

namespace Fovea.Simd.Tests.Drivers;

public class RehearsalTests
{
    private const int Pieces = 100;

    [Fact]
    public void Loops_in_a_rehearsal_run_their_first_piece_alone_and_all_pieces_afterwards()
    {
        Assert.Equal(1, Count(rehearse: true));
        Assert.Equal(Pieces, Count(rehearse: false));
    }

    [Fact]
    public void A_rehearsal_ends_with_the_exception_that_its_work_throws()
    {
        Assert.Throws<InvalidOperationException>(() => WorkerTeam.Rehearse(() => throw new InvalidOperationException()));
        Assert.Equal(Pieces, Count(rehearse: false));
    }

    [Fact]
    public void Other_threads_are_not_in_the_rehearsal()
    {
        int counted = 0;
        WorkerTeam.Rehearse(() =>
        {
            var other = new Thread(() => counted = Count(rehearse: false));
            other.Start();
            other.Join();
        });
        Assert.Equal(Pieces, counted);
    }

    private static int Count(bool rehearse)
    {
        float[] x = Samples.Normal<float>(Pieces * VectorLoop.PieceLength, 1), y = new float[x.Length];
        void Work() => Map.Run<Relu, float>(x, y, default);
        if (rehearse)
        {
            WorkerTeam.Rehearse(Work);
        }
        else
        {
            Work();
        }

        return Enumerable.Range(0, Pieces).Count(p => y.AsSpan(p * VectorLoop.PieceLength, VectorLoop.PieceLength).ContainsAnyExcept(0f));
    }
}
