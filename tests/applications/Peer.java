import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/**
 * Peer PORT [handler]: writes to a server until that has left, then starts a shell that sends itself
 * SIGPIPE. With "handler" it also takes a SIGPIPE of its own.
 */
class Peer {
    public static void main(String[] arguments) throws Exception {
        try (Socket peer = new Socket("127.0.0.1", Integer.parseInt(arguments[0]))) {
            OutputStream stream = peer.getOutputStream();
            while (true) {
                stream.write("request\n".getBytes());
            }
        } catch (IOException error) {
            System.out.println(error.getMessage());
        }
        Process child = new ProcessBuilder("sh", "-c", "kill -s PIPE $$").start();
        System.out.println("child: " + child.waitFor());
        if (arguments.length > 1) {
            CountDownLatch handled = new CountDownLatch(1);
            Signal.handle(new Signal("PIPE"), signal -> handled.countDown());
            Signal.raise(new Signal("PIPE"));
            handled.await();
            System.out.println("handled");
        }
    }
}
