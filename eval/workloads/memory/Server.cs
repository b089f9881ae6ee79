using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Ms2m.Memory;

/// <summary>Answers a question of four bytes, a page's number, with how many questions of this connection it has answered
/// (eight bytes), how many pages there are (four bytes), and the page.</summary>
internal sealed class Server(Pages pages, int port)
{
    public void Serve()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        while (true)
        {
            var client = listener.Accept();
            new Thread(() => Answer(client)) { IsBackground = true }.Start();
        }
    }

    private void Answer(Socket client)
    {
        Span<byte> question = stackalloc byte[4];
        var answer = new byte[12 + Pages.Size];
        client.NoDelay = true;
        try
        {
            for (var answered = 1L; ; answered++)
            {
                for (var read = 0; read < question.Length;)
                {
                    var more = client.Receive(question[read..]);
                    if (more == 0)
                    {
                        return;
                    }

                    read += more;
                }

                BinaryPrimitives.WriteInt64LittleEndian(answer, answered);
                BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(8), pages.Count);
                pages.Read((int)(BinaryPrimitives.ReadUInt32LittleEndian(question) % (uint)pages.Count), answer.AsSpan(12));
                for (var sent = 0; sent < answer.Length;)
                {
                    sent += client.Send(answer.AsSpan(sent));
                }
            }
        }
        catch (SocketException)
        {
            // The client has left.
        }
        finally
        {
            client.Dispose();
        }
    }
}
